-- Purpose: the disk space that a job asks for.
-- Parameters: the job; null is no job.
-- Returns: GB; null where there is no job or no such number in its arguments.
-- Calls: read_job.
-- Tables: jobs (read).
create or replace function rigger.job_disk_gb(p_job_id text)
returns integer
language sql
stable
as $$
  select r.disk_gb
  from public.jobs j
  cross join lateral rigger.read_job(j.miner_history, j.job_args) r
  where j.job_id = p_job_id
$$;
comment on function rigger.job_disk_gb(text) is 'Disk space in GB that a job asks for; null: none.';
