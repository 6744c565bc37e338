-- Purpose: locks the job of a launch config and checks whether the claimant may have it. Writes nothing.
-- Parameters: the job, the chute and what it declares of its jobs, the miner, the pod's port mappings.
-- Returns: refusal and its subject; null: it may.
-- Calls: check_job.
-- Tables: jobs (locked).
create or replace function rigger.lock_job(
  p_job_id text, p_chute_id text, p_declared_jobs jsonb, p_hotkey text, p_port_mappings jsonb,
  out refusal text, out subject text)
language plpgsql
as $$
begin
  -- Locked first and read then: what stood there before a wait for the lock is old.
  perform from public.jobs j where j.job_id = p_job_id for no key update;
  select c.refusal, c.subject
  into refusal, subject
  from rigger.check_job(p_job_id, p_chute_id, p_declared_jobs, p_hotkey, p_port_mappings) c;
end
$$;
comment on function rigger.lock_job(text, text, jsonb, text, jsonb) is
  'Locks the job of a launch config and checks whether the claimant may have it; assigns nothing.';
