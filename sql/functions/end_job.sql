-- Purpose: says what becomes of the job of an instance that is about to go. One that runs ends with an error.
--   One that has not started ends likewise where its miner gave it up, for nobody else may be there to take
--   it; else it is free for others. The job keeps its instance until that is deleted. The caller holds the
--   lock on the job.
-- Parameters: the instance; the reason in words; whether the job's miner ended it.
-- Returns: nothing.
-- Calls: free_job.
-- Tables: jobs (written).
create or replace function rigger.end_job(p_instance_id text, p_reason text, p_by_miner boolean)
returns void
language plpgsql
as $$
begin
  update public.jobs j
  -- rule: end_job.ends
  set status = 'error', error_detail = p_reason, active = false,
      miner_terminated = case when p_by_miner then true else j.miner_terminated end,
      finished_at = now() at time zone 'utc', updated_at = now() at time zone 'utc'
  where j.instance_id = p_instance_id
    -- rule: end_job.by_miner
    and (p_by_miner or j.started_at is not null)
    and j.finished_at is null;
  -- rule: end_job.waiting
  perform rigger.free_job(p_instance_id);
end
$$;
comment on function rigger.end_job(text, text, boolean) is
  'Ends the job of an instance that is about to go, or frees it where it has not started.';
