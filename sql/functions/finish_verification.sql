-- Purpose: PUT /instances/launch_config/{config_id}, second half: records how the attempt that holds the
--   challenge went. One whose lease is over may still finish as long as no other has begun. The attempt that
--   decided gets the same answer again.
-- Parameters: the config, the attempt, the failure (null: every check passed).
-- Returns: refusal, or chute, instance, time (ISO 8601, UTC), and for a job its id, method and arguments;
--   issued_at: when the tokens in the answer are issued, in Unix seconds.
-- Calls: bound_waits, fail_launch_config, accept_verification.
-- Tables: launch_configs (locked), rigger.challenges (written), jobs (read).
-- Role: rigger_app
create or replace function rigger.finish_verification(
  p_config_id text, p_attempt_id uuid, p_failure text,
  out refusal text, out chute_id text, out instance_id text, out verified_at text,
  out job_id text, out job_method text, out job_data jsonb, out issued_at bigint)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_challenge rigger.challenges;
begin
  perform rigger.bound_waits('lock.waited_slow');
  perform from public.launch_configs l where l.config_id = p_config_id for no key update;
  select * into v_challenge from rigger.challenges c where c.config_id = p_config_id;

  -- rule: attempt.overtaken
  if v_challenge.attempt_id is distinct from p_attempt_id then
    refusal := 'attempt_overtaken';
    return;
  end if;
  -- rule: attempt.decides_once
  if v_challenge.decided_at is null then
    v_challenge.decided_by := p_attempt_id;
    v_challenge.failure := p_failure;
    -- rule: attempt.instance_gone
    if p_failure is null and not rigger.accept_verification(p_config_id, v_challenge.instance_id) then
      v_challenge.failure := 'instance_gone_unverified';
    end if;
    update rigger.challenges c
    set decided_at = clock_timestamp(), decided_by = p_attempt_id, failure = v_challenge.failure
    where c.config_id = p_config_id;
    if v_challenge.failure is not null then
      -- rule: attempt.fails_config
      perform rigger.fail_launch_config(p_config_id, v_challenge.failure);
    end if;
  end if;

  if v_challenge.decided_by is null then
    refusal := 'config_failed';
  elsif v_challenge.failure = 'instance_gone_unverified' then
    refusal := 'instance_gone';
  elsif v_challenge.failure is not null then
    refusal := 'verification_failed';
  else
    select l.chute_id, v_challenge.instance_id, to_char(l.verified_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           j.job_id, j.method, j.job_args, floor(extract(epoch from l.verified_at))::bigint
    into chute_id, instance_id, verified_at, job_id, job_method, job_data, issued_at
    from public.launch_configs l
    left join public.jobs j on j.job_id = l.job_id
    where l.config_id = p_config_id;
  end if;
end
$$;
comment on function rigger.finish_verification(text, uuid, text) is
  'PUT /instances/launch_config/{config_id}, second half: records how the attempt went.';
