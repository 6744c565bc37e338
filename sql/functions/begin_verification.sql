-- Purpose: PUT /instances/launch_config/{config_id}, first half: judges the state and the time limit and,
--   where they are good, gives the attempt the floor until its lease ends. The same attempt id again is the
--   same request.
-- Parameters: the config, the attempt, the lease in ms, whether the body is well-formed.
-- Returns: status and detail. 102: another attempt has the floor, ask again. 422: the body decides, nothing
--   was written. 400, 401, 403, 404, 409: refused; with 404, and with 403 for time, the config fails now.
--   200: what the checks need; probe_ports: the mappings to probe, null without a job.
-- Calls: fail_launch_config, describe_verification.
-- Tables: launch_configs (locked), rigger.challenges (written), instances (read).
-- Role: rigger_app
create or replace function rigger.begin_verification(
  p_config_id text, p_attempt_id uuid, p_lease_ms integer, p_well_formed boolean,
  out status integer, out detail text, out instance_id text, out symmetric_key text, out gpu_uuid text,
  out device_info json, out algorithm text, out seed bigint, out iterations integer, out kept jsonb,
  out address text, out probe_ports jsonb, out chutes_version text, out image_id text,
  out patch_version text, out filename text)
language plpgsql
security definer
set search_path = pg_catalog, rigger, public, pg_temp
as $$
declare
  v_config public.launch_configs;
  v_challenge rigger.challenges;
begin
  select * into v_config from public.launch_configs l where l.config_id = p_config_id for no key update;
  select * into v_challenge from rigger.challenges c where c.config_id = p_config_id;

  if v_config.config_id is null then
    status := 401;
    detail := 'The launch config is unknown';
  elsif v_config.retrieved_at is null then
    status := 409;
    detail := 'The launch config is not claimed';
  elsif v_config.verified_at is not null then
    status := 400;
    detail := 'The launch config is verified already';
  elsif v_config.failed_at is not null then
    status := 403;
    detail := 'The launch config has failed';
  elsif not exists (select from public.instances i where i.config_id = p_config_id) then
    perform rigger.fail_launch_config(p_config_id, 'the instance is gone');
    status := 404;
    detail := 'The instance is gone';
  elsif v_challenge.config_id is null then
    status := 409;
    detail := 'The challenge is still being made';
  elsif v_challenge.attempt_id = p_attempt_id then
    status := 200;
  elsif v_challenge.lease_until > clock_timestamp() then
    status := 102;
    detail := 'Another attempt is under way';
  elsif v_challenge.expires_at < now() then
    perform rigger.fail_launch_config(p_config_id, 'the time limit was over');
    status := 403;
    detail := 'The time limit is over';
  elsif p_well_formed then
    update rigger.challenges c
    set attempt_id = p_attempt_id, attempt_at = now(),
        lease_until = clock_timestamp() + p_lease_ms * interval '1 millisecond'
    where c.config_id = p_config_id;
    status := 200;
  else
    status := 422;
    detail := 'The body is malformed';
  end if;

  if status = 200 then
    select d.*
    into instance_id, symmetric_key, gpu_uuid, device_info, algorithm, seed, iterations, kept,
         address, probe_ports, chutes_version, image_id, patch_version, filename
    from rigger.describe_verification(p_config_id) d;
  end if;
end
$$;
comment on function rigger.begin_verification(text, uuid, integer, boolean) is
  'PUT /instances/launch_config/{config_id}, first half: judges state and time, gives the attempt the floor.';
