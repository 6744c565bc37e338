-- Purpose: the launch configs that the reaper will take now.
-- Parameters: none.
-- Returns: a row a config: config_id, why.
-- Tables: launch_configs, rigger.challenges, rigger.claims (read).
create or replace function rigger.overdue_configs()
returns table (config_id text, why text)
language sql
stable
as $$
  select l.config_id, 'no challenge was stored in time'
  from public.launch_configs l
  where l.failed_at is null
    and l.verified_at is null
    and l.seed = 0
    and l.retrieved_at < (now() at time zone 'utc') - interval '60 seconds'
  union all
  select c.config_id, 'the challenge was not answered in time'
  from rigger.challenges c
  join public.launch_configs l on l.config_id = c.config_id
  where c.decided_at is null
    and c.expires_at < now() - interval '60 seconds'
    and (c.lease_until is null or c.lease_until < now())
    and l.failed_at is null
    and l.verified_at is null
  union all
  select l.config_id, 'the token expired unused'
  from public.launch_configs l
  where l.failed_at is null
    and l.verified_at is null
    and l.retrieved_at is null
    and l.created_at < (now() at time zone 'utc') - interval '7200 seconds'
$$;
comment on function rigger.overdue_configs() is 'The launch configs that the reaper will take now.';
