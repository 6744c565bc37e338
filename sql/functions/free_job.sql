-- Purpose: opens the job of an instance to other miners, where it has not started.
-- Parameters: the instance that holds it; without a job nothing happens.
-- Returns: nothing.
-- Tables: jobs (written).
create or replace function rigger.free_job(p_instance_id text)
returns void
language sql
as $$
  update public.jobs
  set instance_id = null, miner_uid = null, miner_hotkey = null, miner_coldkey = null, port_mappings = null,
      updated_at = now() at time zone 'utc'
  where instance_id = p_instance_id
    and started_at is null
    and finished_at is null
$$;
comment on function rigger.free_job(text) is
  'Opens the job of an instance to other miners, where it has not started.';
