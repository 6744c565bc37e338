-- Purpose: reads what others wrote into the documents of a job, jobs.miner_history and jobs.job_args. The
--   only place that does.
-- Parameters: the two documents.
-- Returns: hotkeys, the miners that have tried the job, as a list of JSON; disk_gb, the disk space that it
--   asks for (null: none). unreadable: the path of the first value that cannot be read (null: all can).
-- Calls: json_integer.
-- Tables: none.
create or replace function rigger.read_job(
  p_miner_history jsonb, p_job_args jsonb, out hotkeys jsonb, out disk_gb integer, out unreadable text)
language plpgsql
immutable
as $$
declare
  v_disk_gb constant jsonb := nullif(p_job_args -> '_disk_gb', 'null');
begin
  hotkeys := coalesce(nullif(p_miner_history, 'null'), '[]');
  disk_gb := rigger.json_integer(v_disk_gb);
  -- rule: job.documents
  unreadable := case
    when jsonb_typeof(hotkeys) <> 'array' then 'miner_history'
    when v_disk_gb is not null and coalesce(disk_gb, -1) < 0 then 'job_args._disk_gb'
  end;
end
$$;
comment on function rigger.read_job(jsonb, jsonb) is
  'Reads what others wrote into the documents of a job: who has tried it, and its disk space.';
