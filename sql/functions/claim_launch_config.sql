-- Purpose: POST /instances/launch_config/{config_id}: claims a config for a pod, once, and reserves all that
--   it needs in one transaction. The same instance id again is the same request.
-- Parameters: the config, the netuid; the host as the pod gave it, the address it was vetted at (null: it was
--   refused; or, without a refusal, not looked at, because check_claim_launch_config refused), the client's
--   address; a JSON list of GPU uuids, the port mappings (the first one is the service); the new instance's
--   id and symmetric key in hex; what the check of the host refuses, and the failure that the checks of
--   environment and filesystem found (null: nothing); the chute's target as Redis told it (null: it told
--   none).
-- Returns: refusal and its subject, or the job and what a challenge is made from. unavailable: what
--   check_claim_launch_config would have refused is right by now. retry_after: with gpu_paused, in seconds.
-- Calls: bound_waits, check_claim, lock_job, lock_gpus, gpu_pause, place_instance, fail_launch_config,
--   draw_gpu, host_text.
-- Tables: chutes, launch_configs, jobs, nodes (locked, in this order), instances (read), launch_configs,
--   jobs, rigger.refused_hosts (written), and what place_instance and fail_launch_config write.
-- Role: rigger_app
create or replace function rigger.claim_launch_config(
  p_config_id text, p_netuid integer, p_host text, p_address text, p_client text, p_gpus jsonb,
  p_port_mappings jsonb, p_instance_id text, p_symmetric_key text, p_host_refusal text, p_failure text,
  p_target integer default null,
  out refusal text, out subject text, out job_id text, out gpu_uuid text, out device_info json,
  out iterations integer, out retry_after integer)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_port constant integer := (p_port_mappings -> 0 ->> 'external_port')::integer;
  v_chute_id text;
  v_chute record;
  v_config public.launch_configs;
  v_checked record;
  v_placement rigger.placements;
  v_gpus text[];
  v_fails_config boolean;
begin
  perform rigger.bound_waits('lock.waited_slow');
  select c.chute_id into v_chute_id from public.launch_configs c where c.config_id = p_config_id;
  select c.jobs, c.node_selector
  into v_chute
  from public.chutes c
  where c.chute_id = v_chute_id
  for no key update;
  if v_chute_id is not null and not found then
    refusal := 'chute_not_found';
    return;
  end if;

  select * into v_config from public.launch_configs c where c.config_id = p_config_id for no key update;
  job_id := v_config.job_id;
  select g.gpu_uuid, g.device_info, g.iterations
  into gpu_uuid, device_info, iterations
  from public.instances i
  cross join lateral rigger.draw_gpu(i.instance_id) g
  where i.instance_id = p_instance_id
    -- rule: claim.repeated
    and i.config_id = p_config_id;
  if found then
    return;
  end if;
  -- rule: claim.once
  if v_config.config_id is null or v_config.retrieved_at is not null or v_config.failed_at is not null then
    refusal := 'config_unclaimable';
    return;
  end if;

  select *
  into v_checked
  from rigger.check_claim(v_config, p_netuid, p_host, v_port, p_address, p_client, p_host_refusal,
                          p_failure, p_target, true);
  refusal := v_checked.refusal;
  subject := v_checked.subject;
  v_fails_config := v_checked.fails_config;
  v_placement := v_checked.placement;
  -- rule: claim.host_counted
  if refusal = coalesce(p_host_refusal, 'job_host_differs') then
    insert into rigger.refused_hosts as r (config_id, times)
    values (p_config_id, 1)
    on conflict (config_id) do update set times = r.times + 1;
  end if;
  if refusal is null and job_id is not null then
    -- A chute that is described wrongly is not the pod's fault: the token stays good.
    -- rule: claim.lost_job
    select j.refusal, j.subject, j.refusal <> 'description_unusable'
    into refusal, subject, v_fails_config
    from rigger.lock_job(job_id, v_chute_id, v_chute.jobs, v_config.miner_hotkey, p_port_mappings) j;
  end if;
  if refusal is null then
    -- rule: claim.wrong_gpus
    select j.refusal, j.subject, j.refusal not in ('description_unusable', 'gpu_paused'), j.gpu_uuids
    into refusal, subject, v_fails_config, v_gpus
    from rigger.lock_gpus(v_chute_id, v_chute.node_selector, v_config.miner_hotkey, p_host, p_gpus) j;
  end if;
  -- rule: claim.unseen
  if refusal is null and p_address is null then
    refusal := 'unavailable';
    v_fails_config := false;
  end if;
  if refusal is null then
    v_placement.instance_id := p_instance_id;
    v_placement.config_id := p_config_id;
    select p.refusal, p.subject, p.refusal is not distinct from 'gpu_taken'
    into refusal, subject, v_fails_config
    from rigger.place_instance(v_placement, v_config.miner_uid, v_config.miner_coldkey, p_host,
                               p_address::inet, v_port, v_gpus, p_symmetric_key, p_port_mappings) p;
  end if;
  -- rule: claim.retry_after
  if refusal = 'gpu_paused' then
    retry_after := coalesce(rigger.gpu_pause(subject, v_config.miner_hotkey), 1);
  end if;
  if refusal is not null then
    if v_fails_config then
      perform rigger.fail_launch_config(p_config_id, refusal, subject);
    end if;
    return;
  end if;

  update public.launch_configs c
  set retrieved_at = clock_timestamp() at time zone 'utc', host = rigger.host_text(p_host), port = v_port
  where c.config_id = p_config_id;
  delete from rigger.refused_hosts r where r.config_id = p_config_id;
  update public.jobs j
  set instance_id = p_instance_id, miner_uid = v_config.miner_uid, miner_hotkey = v_config.miner_hotkey,
      miner_coldkey = v_config.miner_coldkey, port_mappings = p_port_mappings,
      updated_at = now() at time zone 'utc'
  where j.job_id = v_config.job_id;
  select g.gpu_uuid, g.device_info, g.iterations
  into gpu_uuid, device_info, iterations
  from rigger.draw_gpu(p_instance_id) g;
end
$$;
comment on function rigger.claim_launch_config(
  text, integer, text, text, text, jsonb, jsonb, text, text, text, text, integer) is
  'POST /instances/launch_config/{config_id}: claims a config, once, and reserves all it needs.';
