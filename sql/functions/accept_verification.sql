-- Purpose: makes a config and its instance verified, starts the job, and announces it. The caller holds the
--   lock on the config.
-- Parameters: the config, its instance.
-- Returns: false, with nothing changed, where the instance is gone.
-- Calls: emit_instance_event.
-- Tables: rigger.challenges (read), jobs, instances (locked in this order, written), launch_configs,
--   rigger.placements, rigger.failed_proofs, rigger.events (written).
create or replace function rigger.accept_verification(p_config_id text, p_instance_id text)
returns boolean
language plpgsql
as $$
declare
  v_now constant timestamptz := clock_timestamp();
begin
  -- The job before the instance: a deletion that runs now takes them in this order.
  perform from public.jobs j where j.instance_id = p_instance_id for no key update;
  update public.instances i
  set verified = true, last_verified_at = v_now, verification_error = null, updated_at = v_now
  where i.instance_id = p_instance_id;
  -- rule: verified.gone
  if not found then
    return false;
  end if;

  update public.launch_configs l
  set verified_at = v_now at time zone 'utc', verification_error = null
  where l.config_id = p_config_id;
  update public.jobs j
  -- rule: verified.job
  set active = true, verified = true, status = 'running', started_at = v_now at time zone 'utc',
      updated_at = v_now at time zone 'utc'
  where j.instance_id = p_instance_id
    -- rule: verified.job_finished
    and j.finished_at is null;
  update rigger.placements p
  -- rule: verified.recorded
  set verified_at = now()
  where p.instance_id = p_instance_id;
  delete from rigger.failed_proofs f
  using rigger.challenges c, public.launch_configs l
  where c.config_id = p_config_id
    and l.config_id = p_config_id
    -- rule: verified.proof
    and f.gpu_uuid = c.gpu_uuid
    and f.miner_hotkey = l.miner_hotkey;
  -- rule: verified.miner_is_told
  perform rigger.emit_instance_event('instance_verified', p_instance_id);
  -- rule: verified.network_is_told
  perform rigger.emit_instance_event('instance_hot', p_instance_id);
  return true;
end
$$;
comment on function rigger.accept_verification(text, text) is
  'Makes a launch config and its instance verified, starts the job, and announces it.';
