-- Purpose: enters a miner in the race for a job: a miner may try a job once, and only so many miners may try it as the limit
--   job.hotkeys says.
-- Parameters: the job, the chute it must be of, the miner's hotkey.
-- Returns: status 200, 403, 404, 409 or 423, and detail.
-- Calls: limit_of.
-- Tables: jobs (locked, written).
create or replace function rigger.enter_job_race(
  p_job_id text, p_chute_id text, p_hotkey text, out status integer, out detail text)
language plpgsql
as $$
declare
  v_history jsonb;
  v_finished_at timestamp;
begin
  select coalesce(nullif(j.miner_history, 'null'), '[]'), j.finished_at
  into v_history, v_finished_at
  from public.jobs j
  where j.job_id = p_job_id
    and j.chute_id = p_chute_id
  for no key update;

  if not found then
    status := 404;
    detail := 'Job not found';
  elsif v_finished_at is not null then
    status := 409;
    detail := 'The job is finished';
  elsif v_history ? p_hotkey then
    status := 403;
    detail := 'The hotkey has tried this job before';
  elsif jsonb_array_length(v_history) >= rigger.limit_of('job.hotkeys') then
    status := 423;
    detail := 'As many miners as may are racing for this job';
  else
    update public.jobs
    set miner_history = v_history || to_jsonb(p_hotkey)
    where job_id = p_job_id;
    status := 200;
  end if;
end
$$;
comment on function rigger.enter_job_race(text, text, text) is
  'Enters a miner in the race for a job: once per miner, and only so many miners.';
