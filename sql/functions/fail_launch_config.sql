-- Purpose: ends a launch config as failed, once: its challenge is decided, its job free for others where this
--   config holds it (the trigger free_job_of_config), its instance gone.
-- Parameters: the config, the failure, what its text is about (null: nothing), and the reason in words, which
--   goes into the config and the audit (null: the text of the failure).
-- Returns: false where it had failed before or is unknown.
-- Calls: refusal_text, remove_instance.
-- Tables: launch_configs, rigger.challenges, rigger.refused_hosts, rigger.failed_proofs (written), jobs (by
--   trigger), instances, instance_audit.
create or replace function rigger.fail_launch_config(
  p_config_id text, p_failure text, p_subject text default null, p_reason text default null)
returns boolean
language plpgsql
as $$
declare
  v_reason constant text := coalesce(p_reason, rigger.refusal_text(p_failure, p_subject));
begin
  update public.launch_configs l
  set failed_at = now() at time zone 'utc', verification_error = v_reason
  where l.config_id = p_config_id
    -- rule: fail.once
    and l.failed_at is null;
  if not found then
    return false;
  end if;
  delete from rigger.refused_hosts r where r.config_id = p_config_id;
  -- rule: fail.challenge
  update rigger.challenges c
  set decided_at = now(), decided_by = c.attempt_id, failure = p_failure
  where c.config_id = p_config_id
    and c.decided_at is null;
  -- What was answered wrongly or too late; who never answered has had no proof to fail.
  -- rule: fail.proof
  insert into rigger.failed_proofs as f (gpu_uuid, miner_hotkey, failures, failed_at)
  select c.gpu_uuid, l.miner_hotkey, 1, clock_timestamp()
  from rigger.challenges c
  join public.launch_configs l on l.config_id = c.config_id
  where c.config_id = p_config_id
    and p_failure in ('answer_wrong', 'proof_wrong', 'proof_late')
  on conflict (gpu_uuid, miner_hotkey) do update
  set failures = f.failures + 1, failed_at = excluded.failed_at;
  -- rule: fail.instance
  perform rigger.remove_instance(i.instance_id, v_reason)
  from public.instances i
  where i.config_id = p_config_id;
  return true;
end
$$;
comment on function rigger.fail_launch_config(text, text, text, text) is
  'Ends a launch config as failed, once; its job is free and its instance gone.';
