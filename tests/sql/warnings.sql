-- warnings: a login role that serves has a limit for its statements.
begin;
select plan(6);
create role serves login in role rigger_app;
create role "Serves too" login in role rigger_app;
create role looks login in role rigger_read;
alter role "Serves too" set statement_timeout = '5s';
create function pg_temp.untimed() returns setof text language sql
as $$ select warning from rigger.warnings() where warning like '%statement_timeout%' $$;

select results_eq(
  'select * from pg_temp.untimed()',
  array['the login role serves has no statement_timeout: alter role serves set statement_timeout = ''5s'''],
  'who serves without a limit is told of, and what to do; nobody else');
alter role serves set statement_timeout = 0;
select isnt_empty('select * from pg_temp.untimed()', 'none is none');
set local statement_timeout = '5min';
select is_empty('select * from pg_temp.untimed()', 'a session that has one has it from somewhere');
set local statement_timeout = 0;
alter role serves in database rigger set statement_timeout = '5s';
select is_empty('select * from pg_temp.untimed()', 'the role''s, in this database');
alter role "Serves too" reset statement_timeout;
select alike(
  (select * from pg_temp.untimed()), '%alter role "Serves too" set %', 'the command can be run as it is');
alter database rigger set statement_timeout = '5s';
select is_empty('select * from pg_temp.untimed()', 'the database''s');

select * from finish();
rollback;
