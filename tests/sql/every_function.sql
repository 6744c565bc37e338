-- Every function and every view of ours, as the catalogue has them, on whatever database the tests run: none
-- trips over a type or a name of the Chutes tables. What plpgsql_check reads is each statement, whether a
-- call gets there or not; what is called is called with nulls and with some value for each type.
begin;
select plan(7);
set local client_min_messages = warning;
create extension if not exists plpgsql_check;

-- The relation that a trigger function is for: whatever it stands at, else, where the network has an audit or
-- history of its own, the one that it would.
create function pg_temp.relation_of(p_function oid) returns regclass language sql
as $$
  select coalesce(
    (select max(t.tgrelid) from pg_trigger t where t.tgfoid = p_function),
    (select case p.proname when 'record_instance_node' then 'public.instance_nodes'
                           else 'public.instances' end::regclass
     from pg_proc p
     where p.oid = p_function and p.prorettype = 'trigger'::regtype),
    0)
$$;
create function pg_temp.faults() returns table (name text, fault text) language sql
as $$
  select p.oid::regprocedure::text, format('%s: %s %s', c.lineno, c.sqlstate, c.message)
  from pg_proc p
  join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
  cross join lateral plpgsql_check_function_tb(
    p.oid, pg_temp.relation_of(p.oid), other_warnings => false, extra_warnings => false,
    performance_warnings => false) c
  where p.pronamespace = 'rigger'::regnamespace
$$;
select is_empty($$ select * from pg_temp.faults() $$, 'no statement of a function has a wrong type or name');

-- What it is for: a varchar that is returned where text is promised.
create table pg_temp.theirs (host varchar);
create function rigger.wrong() returns table (host text) language plpgsql
as $$
begin
  return query select t.host from pg_temp.theirs t;
end
$$;
select matches(
  (select fault from pg_temp.faults() where name = 'rigger.wrong()'), '42804', 'it would be seen');
drop function rigger.wrong();

-- Calls it, undoes what it did, and says how it went: the error's state and message, or "RIGGR done".
create function pg_temp.outcome(p_statement text) returns text language plpgsql
as $$
begin
  execute p_statement;
  raise exception 'done' using errcode = 'RIGGR';
exception
  when others then
    return sqlstate || ' ' || sqlerrm;
end
$$;
create function pg_temp.calls(p_sampled boolean) returns table (call text) language sql
as $$
  select format('select * from %s(%s)', p.oid::regproc, (
    select string_agg(case when p_sampled and s.value is not null then quote_literal(s.value) else 'null' end
                      || '::' || format_type(a.type, null), ', ' order by a.place)
    from unnest(p.proargtypes::oid[]) with ordinality as a (type, place)
    left join (values
      ('text', 'x'), ('integer', '1'), ('bigint', '1'), ('numeric', '1'), ('boolean', 'true'),
      ('bytea', 'x'), ('uuid', '00000000-0000-0000-0000-000000000001'), ('interval', '1 minute'),
      ('inet', '1.2.3.4'),
      ('json', '[]'), ('jsonb', '[]'), ('text[]', '{x}'), ('timestamp with time zone', '2026-01-01'),
      ('timestamp without time zone', '2026-01-01')) as s (type, value)
      on s.type = format_type(a.type, null)))
  from pg_proc p
  where p.pronamespace = 'rigger'::regnamespace
    and p.prokind = 'f'
    and p.prorettype <> 'trigger'::regtype
$$;
select cmp_ok(
  (select count(*) from pg_temp.calls(true)), '>', 50::bigint, 'the catalogue has all of them');
select is_empty(
  $$ select c.call, o.outcome
     from pg_temp.calls(false) c
     cross join lateral pg_temp.outcome(c.call) as o (outcome)
     where o.outcome like '42%' and o.outcome not like '42704 there is no limit%' $$,
  'every function can be called with nulls');
select is_empty(
  $$ select c.call, o.outcome
     from pg_temp.calls(true) c
     cross join lateral pg_temp.outcome(c.call) as o (outcome)
     where o.outcome like '42%' and o.outcome not like '42704 there is no limit%' $$,
  'and with values');

-- Rows for the views, so that their expressions are computed.
select fixture.miner('alice'), fixture.chute('llm'), fixture.gpu('g1', 'alice');
select fixture.live('a', 'active', 'llm', 'alice', 'g1');
select cmp_ok(
  (select count(*) from pg_views where schemaname = 'rigger'), '>', 5::bigint, 'there are views');
select is_empty(
  $$ select v.viewname, o.outcome
     from pg_views v
     cross join lateral pg_temp.outcome(format('select * from rigger.%I', v.viewname)) as o (outcome)
     where v.schemaname = 'rigger' and o.outcome <> 'RIGGR done' $$,
  'every view can be read');

select * from finish();
rollback;
