-- Purpose: stores the challenge of a claimed config; the clock of its time limit starts here. The same seed
--   again is the same request.
-- Parameters: the config, its instance, the GPU that must solve it, the algorithm, seed and iterations of the
--   work, and what the provider of the proof of work keeps for its check (null: nothing).
-- Returns: refusal; with instance_gone the config fails.
-- Calls: bound_waits, fail_launch_config, limit_of.
-- Tables: launch_configs (locked, written), rigger.challenges (written), instances, instance_nodes, nodes,
--   rigger.gpu_models (read).
-- Role: rigger_app
create or replace function rigger.store_challenge(
  p_config_id text, p_instance_id text, p_gpu_uuid text, p_algorithm text, p_seed numeric,
  p_iterations integer, p_kept jsonb,
  out refusal text)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_config public.launch_configs;
  v_estimate numeric;
begin
  perform rigger.bound_waits('lock.waited_slow');
  select * into v_config from public.launch_configs c where c.config_id = p_config_id for no key update;
  -- rule: challenge.failed
  if v_config.retrieved_at is null or v_config.failed_at is not null then
    refusal := 'config_failed_meanwhile';
    return;
  end if;
  -- rule: challenge.repeated
  if exists (select from rigger.challenges c
             where c.config_id = p_config_id and c.instance_id = p_instance_id
               and v_config.seed = p_seed) then
    return;
  end if;

  select m.estimate_seconds
  into v_estimate
  from public.instances i
  join public.instance_nodes a on a.instance_id = i.instance_id
  join public.nodes n on n.uuid = a.node_id
  join rigger.gpu_models m on m.model = lower(n.gpu_identifier collate "C")
  where i.instance_id = p_instance_id
    and i.config_id = p_config_id
    and a.node_id = p_gpu_uuid;
  if not found then
    perform rigger.fail_launch_config(p_config_id, 'instance_gone_unchallenged');
    refusal := 'instance_gone';
    return;
  end if;

  insert into rigger.challenges
    (config_id, instance_id, gpu_uuid, algorithm, iterations, kept, stored_at, expires_at)
  select p_config_id, p_instance_id, p_gpu_uuid, p_algorithm, p_iterations, p_kept,
         -- rule: challenge.clock
         clock.time, clock.time + v_estimate * rigger.limit_of('challenge.time_factor') * interval '1 second'
  from (select clock_timestamp() as time) as clock;
  update public.launch_configs c
  set seed = p_seed, retrieved_at = clock_timestamp() at time zone 'utc'
  where c.config_id = p_config_id;
end
$$;
comment on function rigger.store_challenge(text, text, text, text, numeric, integer, jsonb) is
  'Stores the challenge of a claimed launch config and starts its clock.';
