-- Purpose: POST /instances/launch_config/{config_id}, before its host is looked up, Redis asked, or a program
--   run: whether that is worth while. Takes no lock and writes nothing; claim_launch_config decides.
-- Parameters: the config, the netuid; the host as the pod gave it; a JSON list of GPU uuids, the port
--   mappings; the target that Redis told (null: none), and whether capacity is judged, as it is not while
--   Redis has yet to be asked.
-- Returns: refusal, as claim_launch_config would refuse now; null: it would not, as far as can be told. The
--   miner; the chute whose target counts (null: there is a job, which needs no capacity).
-- Calls: bound_waits, check_claim, check_job, check_gpus.
-- Tables: launch_configs, chutes (read).
-- Role: rigger_app
create or replace function rigger.check_claim_launch_config(
  p_config_id text, p_netuid integer, p_host text, p_gpus jsonb, p_port_mappings jsonb, p_target integer,
  p_judges_capacity boolean,
  out refusal text, out miner_hotkey text, out chute_id text)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_port constant integer := (p_port_mappings -> 0 ->> 'external_port')::integer;
  v_config public.launch_configs;
  v_chute record;
begin
  perform rigger.bound_waits('lock.waited_slow');
  select * into v_config from public.launch_configs c where c.config_id = p_config_id;
  miner_hotkey := v_config.miner_hotkey;
  chute_id := case when v_config.job_id is null then v_config.chute_id end;
  -- rule: check_claim.state
  if v_config.config_id is null or v_config.retrieved_at is not null or v_config.failed_at is not null then
    refusal := 'config_unclaimable';
    return;
  end if;
  select c.jobs, c.node_selector into v_chute from public.chutes c where c.chute_id = v_config.chute_id;
  if not found then
    refusal := 'chute_not_found';
    return;
  end if;

  -- rule: check_claim.rules
  select c.refusal
  into refusal
  from rigger.check_claim(v_config, p_netuid, p_host, v_port, null, null, null, null, p_target,
                          p_judges_capacity) c;
  if refusal is null and v_config.job_id is not null then
    -- rule: check_claim.job
    select j.refusal
    into refusal
    from rigger.check_job(v_config.job_id, v_config.chute_id, v_chute.jobs, v_config.miner_hotkey,
                          p_port_mappings) j;
  end if;
  if refusal is null then
    -- A name that was mistyped is no GPU's host, and does not fail the config unless there is such a name.
    -- rule: check_claim.gpus
    select nullif(g.refusal, 'gpu_host_differs')
    into refusal
    from rigger.check_gpus(v_config.chute_id, v_chute.node_selector, v_config.miner_hotkey, p_host, p_gpus) g;
  end if;
end
$$;
comment on function rigger.check_claim_launch_config(
  text, integer, text, jsonb, jsonb, integer, boolean) is
  'POST /instances/launch_config/{config_id}, before any network: whether it is worth to look the host up.';
