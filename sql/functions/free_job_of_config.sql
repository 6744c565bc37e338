-- Purpose: trigger on launch_configs: when a config fails, its job is free for others, but only where this
--   config holds it: through its instance or, that gone, through its miner. A losing claimant changes
--   nothing.
-- Parameters: none; the row that is written.
-- Returns: that row, as a trigger has to.
-- Tables: instances (read), jobs (written).
create or replace function rigger.free_job_of_config()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
begin
  update public.jobs j
  set instance_id = null, miner_uid = null, miner_hotkey = null, miner_coldkey = null, port_mappings = null,
      updated_at = now() at time zone 'utc'
  where j.job_id = new.job_id
    -- rule: fail.job_finished
    and j.finished_at is null
    -- rule: fail.job_of_winner
    and case
          when j.instance_id is null then j.miner_hotkey = new.miner_hotkey
          else exists (select from public.instances i
                       where i.instance_id = j.instance_id and i.config_id = new.config_id)
        end;
  return new;
end
$$;
comment on function rigger.free_job_of_config() is
  'Trigger: frees the job of a failed launch config that holds it.';
