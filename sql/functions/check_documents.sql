-- Purpose: looks for what others wrote and cannot be used, documents and a chute without a version: requests
--   that meet them are refused (description_unusable). For whoever has to mend them.
-- Parameters: none.
-- Returns: a row a document: chute or job, its id, the path of the first value that cannot be read.
-- Calls: read_node_selector, read_job_definition, read_permitted, read_job.
-- Tables: chutes, rolling_updates, jobs (read; a job that is finished is nobody's concern any more).
-- Role: rigger_admin
create or replace function rigger.check_documents()
returns table (kind text, id text, unreadable text)
language sql
stable
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
  select 'chute', c.chute_id, s.unreadable
  from public.chutes c
  cross join lateral rigger.read_node_selector(c.node_selector) s
  where s.unreadable is not null
  union all
  select 'chute', c.chute_id, 'version'
  from public.chutes c
  where c.version is null
  union all
  select distinct 'chute', c.chute_id, d.unreadable
  from public.chutes c
  cross join lateral jsonb_array_elements(
    case jsonb_typeof(c.jobs) when 'array' then c.jobs || '[{}]' else '[{}]' end) as j (definition)
  cross join lateral rigger.read_job_definition(c.jobs, j.definition ->> 'name') d
  where d.unreadable is not null
  union all
  select distinct 'chute', u.chute_id, p.unreadable
  from public.rolling_updates u
  cross join lateral (
    select ''
    union all
    select jsonb_object_keys(u.permitted) where jsonb_typeof(u.permitted) = 'object') as m (hotkey)
  cross join lateral rigger.read_permitted(u.permitted, m.hotkey) p
  where p.unreadable is not null
  union all
  select 'job', j.job_id, r.unreadable
  from public.jobs j
  cross join lateral rigger.read_job(j.miner_history, j.job_args) r
  where j.finished_at is null
    and r.unreadable is not null
$$;
comment on function rigger.check_documents() is
  'Documents that others wrote and that cannot be used: requests that meet them are refused.';
