-- check_path and warnings: who could have something of his run as the owner of our functions, since it is
-- found there by name; and when "public" has to be where it is looked for.
begin;
select plan(20);
create role stranger;
create role friend in role rigger_owner;

select is((select unsafe from rigger.check_path()), null, 'nobody could');
select is((select cure from rigger.check_path()), null, 'and nothing is to be done');
select is_empty($$ select * from rigger.warnings() $$, 'nor warned of');

-- Without triggers that need it "public" is nothing to us.
create function pg_temp.drop_theirs() returns void language plpgsql
as $$
declare
  theirs record;
begin
  for theirs in
    select t.tgname, t.tgrelid::regclass as relation
    from pg_trigger t
    join pg_proc p on p.oid = t.tgfoid
    where not t.tgisinternal and p.pronamespace = 'public'::regnamespace
  loop
    execute format('drop trigger %I on %s', theirs.tgname, theirs.relation);
  end loop;
end
$$;
select pg_temp.drop_theirs();
grant create on schema public to public;
select is((select needs_public from rigger.check_path()), null, 'without their triggers none needs it');
select is((select unsafe from rigger.check_path()), null, 'who may create in "public" has nothing run as us');
create trigger builtin before update on public.instances
for each row execute function suppress_redundant_updates_trigger();
select is((select needs_public from rigger.check_path()), null, 'PostgreSQL''s own functions need nothing');

create function public.theirs() returns trigger language plpgsql as 'begin return new; end';
create trigger theirs after update on public.instances for each row execute function public.theirs();
select is((select needs_public from rigger.check_path()), 'public.theirs', 'a trigger of theirs needs it');
select is((select unsafe from rigger.check_path()),
          'what public creates in schema public would run as rigger_owner', 'there everybody could');
select is((select cure from rigger.check_path()), 'revoke create on schema public from public', 'until this');
revoke create on schema public from public;
select is((select unsafe from rigger.check_path()), null, 'then nobody');
grant create on schema public to friend, stranger with grant option;
select is((select cure from rigger.check_path()), 'revoke create on schema public from stranger',
          'who is the owner anyway may create there');
set local role stranger;
create function public.to_jsonb(text) returns jsonb language sql as 'select null::jsonb';
create operator public.<> (leftarg = text, rightarg = name, function = textnename);
grant create on schema public to rigger_read;
reset role;
select is((select cure from rigger.check_path()),
          'revoke create on schema public from rigger_read, stranger cascade', 'also who had it from him');
revoke create on schema public from rigger_read, stranger cascade;
select is((select unsafe from rigger.check_path()),
          'it could run as rigger_owner: function public.to_jsonb(text) belongs to stranger, operator'
          ' public.<>(text,name) belongs to stranger', 'what he has made is still there');
select is((select cure from rigger.check_path()), null, 'which is his, or to be dropped');
alter function public.theirs() set search_path = public;
select is((select unsafe from rigger.check_path()), null, 'a trigger with its own path needs none of ours');

grant create on schema rigger to stranger;
select is((select cure from rigger.check_path()), 'revoke create on schema rigger from stranger',
          'our own schema counts in any case');
revoke create on schema rigger from stranger;
alter schema rigger owner to stranger;
select is((select unsafe from rigger.check_path()),
          'it could run as rigger_owner: schema rigger belongs to stranger', 'as does who owns it');

select matches((select string_agg(warning, ' ') from rigger.warnings()), 'schema rigger belongs to stranger',
               'which is warned of');
alter schema rigger owner to rigger_owner;

alter function rigger.ready() set search_path = pg_catalog, rigger, public, pg_temp;
select is((select warning from rigger.warnings()),
          'nothing needs "public" in the search_path of Rigger''s functions now: run rigger migrate',
          'a path that has too much is warned of');
do $$
declare
  ours regprocedure;
begin
  for ours in
    select p.oid
    from pg_proc p
    where p.pronamespace = 'rigger'::regnamespace and (p.prosecdef or p.prorettype = 'trigger'::regtype)
  loop
    execute format('alter function %s set search_path = pg_catalog, rigger, pg_temp', ours);
  end loop;
end
$$;
drop operator public.<> (text, name);
drop function public.to_jsonb(text);
alter function public.theirs() reset search_path;
select is((select warning from rigger.warnings()),
          'public.theirs needs "public" in the search_path of Rigger''s functions: run rigger migrate',
          'and one that has too little');

select * from finish();
rollback;
