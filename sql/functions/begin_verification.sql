-- Purpose: PUT /instances/launch_config/{config_id}, first half: checks state and time limit. Where they
--   allow an attempt, this one holds the challenge until its lease is over; others are refused so long. The
--   same attempt id again is the same request.
-- Parameters: the config, the attempt, the lease in ms, whether the body is well-formed.
-- Returns: result. begun: the attempt holds the challenge, and here is what the checks need; probe_ports: the
--   mappings to probe, null without a job; digest_with_claim: as of describe_verification. malformed: an
--   attempt might begin, so that what is wrong with the body is the answer; nothing was written. refused:
--   with the refusal; with instance_gone and time_limit_over the config fails now.
-- Calls: bound_waits, fail_launch_config, describe_verification.
-- Tables: launch_configs (locked), rigger.challenges (written), instances (read).
-- Role: rigger_app
create or replace function rigger.begin_verification(
  p_config_id text, p_attempt_id uuid, p_lease_ms integer, p_well_formed boolean,
  out result text, out refusal text, out instance_id text, out symmetric_key text, out gpu_uuid text,
  out device_info json, out algorithm text, out seed numeric, out iterations integer, out kept jsonb,
  out address text, out probe_ports jsonb, out digest_with_claim boolean, out image_id text,
  out patch_version text, out filename text)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_config public.launch_configs;
  v_challenge rigger.challenges;
begin
  perform rigger.bound_waits('lock.waited_slow');
  select * into v_config from public.launch_configs l where l.config_id = p_config_id for no key update;
  select * into v_challenge from rigger.challenges c where c.config_id = p_config_id;

  if v_config.config_id is null then
    refusal := 'config_unknown';
  -- rule: attempt.claimed
  elsif v_config.retrieved_at is null then
    refusal := 'config_not_claimed';
  -- rule: attempt.verified
  elsif v_config.verified_at is not null then
    refusal := 'config_verified';
  -- rule: attempt.failed
  elsif v_config.failed_at is not null then
    refusal := 'config_failed';
  -- rule: attempt.instance
  elsif not exists (select from public.instances i where i.config_id = p_config_id) then
    perform rigger.fail_launch_config(p_config_id, 'instance_gone_unverified');
    refusal := 'instance_gone';
  -- rule: attempt.challenged
  elsif v_challenge.config_id is null then
    refusal := 'challenge_not_ready';
  -- rule: attempt.repeated
  elsif v_challenge.attempt_id = p_attempt_id then
    result := 'begun';
  -- rule: attempt.lease
  elsif v_challenge.lease_until > clock_timestamp() then
    refusal := 'attempt_under_way';
  -- rule: attempt.time_limit
  elsif v_challenge.expires_at < now() then
    perform rigger.fail_launch_config(p_config_id, 'proof_late');
    refusal := 'time_limit_over';
  -- rule: attempt.well_formed
  elsif p_well_formed then
    update rigger.challenges c
    set attempt_id = p_attempt_id, attempt_at = now(),
        lease_until = clock_timestamp() + p_lease_ms * interval '1 millisecond'
    where c.config_id = p_config_id;
    result := 'begun';
  else
    result := 'malformed';
  end if;

  if refusal is not null then
    result := 'refused';
  elsif result = 'begun' then
    select d.*
    into instance_id, symmetric_key, gpu_uuid, device_info, algorithm, seed, iterations, kept,
         address, probe_ports, digest_with_claim, image_id, patch_version, filename
    from rigger.describe_verification(p_config_id) d;
  end if;
end
$$;
comment on function rigger.begin_verification(text, uuid, integer, boolean) is
  'PUT /instances/launch_config/{config_id}, first half: begins an attempt, where state and time allow one.';
