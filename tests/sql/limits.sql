-- The limits: what may be written, and that each is read.
begin;
select plan(23);

create function pg_temp.refused(
  p_statement text, p_message text, p_hint text, p_about text) returns text language plpgsql
as $$
declare
  v_hint text;
begin
  execute p_statement;
  return ok(false, p_about);
exception
  when check_violation then
    get stacked diagnostics v_hint = pg_exception_hint;
    return is(sqlerrm || '|' || v_hint, p_message || '|' || p_hint, p_about);
end
$$;
create function pg_temp.set_value(p_name text, p_value text) returns text language sql
as $$ select format('update rigger.limits set value = %s where name = %L', p_value, p_name) $$;

select pg_temp.refused(
  pg_temp.set_value('token.lifetime', '59'),
  'the limit "token.lifetime" cannot be 59: it is a whole number from 60 to 86400 (seconds)',
  (select purpose from rigger.limits where name = 'token.lifetime'), 'too little');
select pg_temp.refused(
  pg_temp.set_value('token.lifetime', '86401'),
  'the limit "token.lifetime" cannot be 86401: it is a whole number from 60 to 86400 (seconds)',
  (select purpose from rigger.limits where name = 'token.lifetime'), 'too much');
select pg_temp.refused(
  pg_temp.set_value('token.lifetime', '60.5'),
  'the limit "token.lifetime" cannot be 60.5: it is a whole number from 60 to 86400 (seconds)',
  (select purpose from rigger.limits where name = 'token.lifetime'), 'no whole number');
select pg_temp.refused(
  pg_temp.set_value('challenge.time_factor', 'null'),
  'the limit "challenge.time_factor" cannot be null: it is a number from 1 to 100 (factor)',
  (select purpose from rigger.limits where name = 'challenge.time_factor'), 'nothing');
select pg_temp.refused(
  pg_temp.set_value('challenge.time_factor', '''NaN'''),
  'the limit "challenge.time_factor" cannot be NaN: it is a number from 1 to 100 (factor)',
  (select purpose from rigger.limits where name = 'challenge.time_factor'), 'not a number');
select pg_temp.refused(
  pg_temp.set_value('challenge.time_factor', '''infinity'''),
  'the limit "challenge.time_factor" cannot be Infinity: it is a number from 1 to 100 (factor)',
  (select purpose from rigger.limits where name = 'challenge.time_factor'), 'without end');
select lives_ok(pg_temp.set_value('challenge.time_factor', '2.5'), 'a factor need not be whole');
select lives_ok(pg_temp.set_value('token.lifetime', '86400'), 'a bound may be set');
select throws_ok(
  $$ insert into rigger.limits
     select 'token.length', value, initial, unit, minimum, maximum, purpose
     from rigger.limits limit 1 $$,
  '23514', 'there is no limit "token.length"', 'a name that nothing reads cannot be added');
select throws_ok(
  $$ delete from rigger.limits where name = 'job.hotkeys' $$, '23514', 'a limit cannot be deleted',
  'none can be deleted');
select throws_ok('truncate rigger.limits', '23514', 'a limit cannot be deleted', 'nor all');
select throws_ok(
  $$ update rigger.limits set maximum = 100 where name = 'job.hotkeys' $$, '23514',
  'of the limit "job.hotkeys" nothing but its value can be changed', 'the bounds are not for administrators');
select throws_ok(
  $$ update rigger.limits set name = 'job.miners' where name = 'job.hotkeys' $$, '23514',
  'of the limit "job.hotkeys" nothing but its value can be changed', 'nor are the names');
select lives_ok(pg_temp.set_value('token.lifetime', '100'), 'a token may be good for as long as it takes');
select pg_temp.refused(
  pg_temp.set_value('claim.challenge_stored_within', '100'),
  'the limit "claim.challenge_stored_within" (100) must be below "token.lifetime" (100)',
  'A pod answers its challenge with the token it claimed with.',
  'but longer than a challenge takes to be made');
select pg_temp.refused(
  pg_temp.set_value('token.lifetime', '60'),
  'the limit "claim.challenge_stored_within" (60) must be below "token.lifetime" (60)',
  'A pod answers its challenge with the token it claimed with.', 'whichever of the two is changed');

select is(rigger.limit_of('challenge.time_factor'), 2.5, 'a limit is read');
select is(
  rigger.limit_interval('token.lifetime'), interval '100 seconds', 'a limit in seconds as an interval');
select throws_ok(
  $$ select rigger.limit_of('x') $$, '42704', 'there is no limit "x"', 'an unknown one is an error');
select throws_ok(
  $$ select rigger.limit_interval('job.hotkeys') $$, '42704', 'there is no limit "job.hotkeys" in seconds',
  'so is an interval of what is no time');

create view pg_temp.used as
select name[1] as name
from (select p.prosrc as text
      from pg_proc p
      where p.pronamespace = 'rigger'::regnamespace and p.proname <> 'guard_limits'
      union all
      select pg_get_viewdef(c.oid)
      from pg_class c
      where c.relnamespace = 'rigger'::regnamespace and c.relkind = 'v') as source
cross join lateral regexp_matches(
  source.text, $$(?:limit_of\(|limit_interval\(|bound_waits\(|[.]name = )'([a-z_.]+)'$$, 'g') as name;
select set_eq(
  'select distinct name from pg_temp.used', 'select name from rigger.limits',
  'what is read is there, what is there is read');
select is_empty(
  $$ select name
     from rigger.limits
     where value <> initial and name not in ('challenge.time_factor', 'token.lifetime') $$,
  'a new database has the initial values');

update rigger.limits set value = 20 where name = 'job.hotkeys';
alter table rigger.limits disable trigger user;
update rigger.limits set initial = 1, value = 1 where name = 'reaper.taken';
update rigger.limits set initial = 1 where name = 'job.hotkeys';
insert into rigger.limits values ('old.one', 1, 1, 'rows', 1, 1, 'x');
\ir ../../sql/limits.sql
select results_eq(
  $$ select name, value, initial
     from rigger.limits
     where name in ('reaper.taken', 'job.hotkeys', 'old.one')
     order by name $$,
  $$ values ('job.hotkeys', 20::numeric, 15::numeric), ('reaper.taken', 500, 500) $$,
  'a migration keeps what an administrator set, changes what nobody did, drops what is no more');

select * from finish();
rollback;
