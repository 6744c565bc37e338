-- Purpose: how much of what there is, for riggerctl status.
-- Parameters: none.
-- Returns: a row a count: what, count.
-- Tables: rigger.schema_version, rigger.v_launches, instances, rigger.events, rigger.used_signatures (read).
-- Role: rigger_admin
create or replace function rigger.status()
returns table (what text, count text)
language sql
stable
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
set jit = off
as $$
  select 'schema version', coalesce((select version from rigger.schema_version), 'none')
  union all
  select 'launch configs ' || s.state, s.count::text
  from (select l.state, count(*) as count from rigger.v_launches l group by l.state order by l.state) s
  union all
  select 'instances ' || s.state, s.count::text
  from (
    select case when active and verified then 'hot'
                when verified then 'verified'
                else 'unverified' end as state,
           count(*) as count
    from public.instances
    group by 1
    order by 1) s
  union all
  select 'overdue', (select count(*) from rigger.v_launches l where l.open and l.until < now())::text
  union all
  select 'events', (select count(*) from rigger.events)::text
  union all
  select 'used signatures', (select count(*) from rigger.used_signatures)::text
$$;
comment on function rigger.status() is 'How much of what there is, for riggerctl status.';
