-- Purpose: enters a miner in the race for a job: a miner may try a job once, and only so many miners may try
--   it as the limit job.hotkeys says.
-- Parameters: the job, the chute it must be of, the miner's hotkey.
-- Returns: refusal; null: it is in the race.
-- Calls: limit_of.
-- Tables: jobs (locked, written).
create or replace function rigger.enter_job_race(
  p_job_id text, p_chute_id text, p_hotkey text, out refusal text)
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
    -- rule: job.of_chute
    and j.chute_id = p_chute_id
  for no key update;

  if not found then
    refusal := 'job_not_found';
  -- rule: job.finished
  elsif v_finished_at is not null then
    refusal := 'job_finished';
  -- rule: job.once
  elsif v_history ? p_hotkey then
    refusal := 'job_tried_before';
  -- rule: job.hotkeys
  elsif jsonb_array_length(v_history) >= rigger.limit_of('job.hotkeys') then
    refusal := 'job_race_full';
  else
    update public.jobs
    -- rule: job.history
    set miner_history = v_history || to_jsonb(p_hotkey)
    where job_id = p_job_id;
  end if;
end
$$;
comment on function rigger.enter_job_race(text, text, text) is
  'Enters a miner in the race for a job: once per miner, and only so many miners.';
