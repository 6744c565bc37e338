-- Purpose: looks for broken promises of the schema (the numbered list of the design). No row is the only good
--   answer, at any commit. On a database that Rigger shares, others write too: what they did with an instance
--   (it has no placement, or its placement does not say that Rigger did it) they need not announce, and need
--   no challenge of ours for.
-- Parameters: none.
-- Returns: a row a violation: the invariant's number, what it is about, what is wrong.
-- Calls: host_text, limit_interval, refusal_text.
-- Tables: instances, instance_nodes, instance_audit, launch_configs, jobs, rigger.placements,
--   rigger.challenges, rigger.events, rigger.used_signatures, rigger.settings, rigger.v_launches (read; what
--   prune_events() forgot is not missed).
-- Role: rigger_admin
create or replace function rigger.check_invariants()
returns table (invariant integer, subject text, what text)
language sql
stable
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
set jit = off
as $$
  select 1, node_id, 'the GPU is in more than one instance'
  from public.instance_nodes where node_id is not null group by node_id having count(*) > 1
  union all
  select 1, rigger.host_text(host) || ':' || port, 'more than one instance has this host and port'
  from public.instances group by rigger.host_text(host), port having count(*) > 1
  union all
  select 1, config_id, 'the config made more than one instance'
  from rigger.placements
  where config_id is not null and undone_at is null
  group by config_id having count(*) > 1
  union all
  select 2, instance_id, 'its place was not one the capacity rule allowed'
  from rigger.placements
  where instances_before >= instances_allowed
  union all
  select 3, j.job_id, 'the job is held by an instance of another miner'
  from public.jobs j
  join public.instances i on i.instance_id = j.instance_id
  where j.miner_hotkey is distinct from i.miner_hotkey
  union all
  select 4, i.instance_id, 'verified, but its config or challenge is not'
  from public.instances i
  left join public.launch_configs l on l.config_id = i.config_id
  left join rigger.challenges c on c.config_id = i.config_id
  join rigger.placements k on k.instance_id = i.instance_id
  where i.config_id is not null
    and i.verified
    and (l.verified_at is null or c.failure is not null
         or k.verified_at is not null and (c.decided_at is null or c.attempt_at > c.expires_at))
  union all
  select 4, i.instance_id, 'active, but not verified'
  from public.instances i
  join rigger.placements k on k.instance_id = i.instance_id
  where i.config_id is not null and i.active and i.verified is not true
  union all
  select 5, c.instance_id, 'the instance has no audit row'
  from rigger.placements c
  where not exists (select from public.instance_audit a where a.instance_id = c.instance_id)
  union all
  select 5, c.instance_id, 'deleted without time or reason'
  from rigger.placements c
  join public.instance_audit a on a.instance_id = c.instance_id
  where not exists (select from public.instances i where i.instance_id = c.instance_id)
    and (a.deleted_at is null or c.removed_at is not null and a.deletion_reason is null)
  union all
  select 6, e.instance_id, e.reason || ' was announced ' || e.count || ' times'
  from (select payload -> 'data' ->> 'instance_id' as instance_id, reason, count(*)
        from rigger.events group by 1, 2) e
  join rigger.placements c on c.instance_id = e.instance_id
  where e.count > 1 and c.config_id is not null
  union all
  select 6, c.instance_id, w.reason || ' was never announced'
  from rigger.placements c
  cross join lateral (
    values ('instance_created', c.placed_at), ('instance_deleted', c.removed_at),
           ('instance_verified', c.verified_at), ('instance_hot', c.verified_at),
           ('instance_activated', c.activated_at)) w (reason, happened_at)
  where w.happened_at > coalesce((select (s.value #>> '{}')::timestamptz from rigger.settings s
                                  where s.key = 'events_pruned_to'), '-infinity')
    and not exists (select from rigger.events e
                    where e.payload -> 'data' ->> 'instance_id' = c.instance_id and e.reason = w.reason)
  union all
  select 7, request_key::text, 'one request used more than one signature'
  from rigger.used_signatures group by request_key having count(*) > 1
  union all
  select 8, l.config_id, 'reserved past its time limit: ' || rigger.refusal_text(l.late_failure)
  from rigger.v_launches l
  where l.open
    and l.state in ('claimed', 'challenged')
    and l.until < now() - (select rigger.limit_interval('reaper.lag'))
$$;
comment on function rigger.check_invariants() is
  'Broken promises of the schema; no row is the only good answer.';
