-- Purpose: the disk space that a job asks for.
-- Parameters: the job; null is no job.
-- Returns: GB; null where there is no job or no such number in its arguments.
-- Tables: jobs (read).
create or replace function rigger.job_disk_gb(p_job_id text)
returns integer
language sql
stable
as $$
  select
    case
      when jsonb_typeof(j.job_args -> '_disk_gb') = 'number'
        then (j.job_args ->> '_disk_gb')::numeric::integer
    end
  from public.jobs j
  where j.job_id = p_job_id
$$;
comment on function rigger.job_disk_gb(text) is 'Disk space in GB that a job asks for; null: none.';
