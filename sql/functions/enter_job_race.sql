-- Purpose: enters a miner in the race for a job: a miner may try a job once, and only so many miners may try
--   it as the limit job.hotkeys says.
-- Parameters: the job, the chute it must be of, the miner's hotkey.
-- Returns: refusal and its subject; null: it is in the race. The disk space in GB that the job asks for
--   (null: none).
-- Calls: read_job, limit_of.
-- Tables: jobs (locked, written).
create or replace function rigger.enter_job_race(
  p_job_id text, p_chute_id text, p_hotkey text,
  out refusal text, out subject text, out disk_gb integer)
language plpgsql
as $$
declare
  v_job record;
begin
  -- Locked first and read then: what a function makes of a row is not made anew after a wait for its lock.
  perform from public.jobs j
  where j.job_id = p_job_id
    -- rule: job.of_chute
    and j.chute_id = p_chute_id
  for no key update;
  if not found then
    refusal := 'job_not_found';
    return;
  end if;
  select r.hotkeys, r.disk_gb, r.unreadable, j.finished_at
  into v_job
  from public.jobs j
  cross join lateral rigger.read_job(j.miner_history, j.job_args) r
  where j.job_id = p_job_id;

  -- rule: job.finished
  if v_job.finished_at is not null then
    refusal := 'job_finished';
  elsif v_job.unreadable is not null then
    refusal := 'description_unusable';
    subject := format('%s of job %s', v_job.unreadable, p_job_id);
  -- rule: job.once
  elsif v_job.hotkeys ? p_hotkey then
    refusal := 'job_tried_before';
  -- rule: job.hotkeys
  elsif jsonb_array_length(v_job.hotkeys) >= rigger.limit_of('job.hotkeys') then
    refusal := 'job_race_full';
  else
    disk_gb := v_job.disk_gb;
    update public.jobs
    -- rule: job.history
    set miner_history = v_job.hotkeys || to_jsonb(p_hotkey)
    where job_id = p_job_id;
  end if;
end
$$;
comment on function rigger.enter_job_race(text, text, text) is
  'Enters a miner in the race for a job: once per miner, and only so many miners.';
