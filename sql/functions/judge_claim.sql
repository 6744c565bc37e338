-- Purpose: the rules of a claim that ask for neither job nor GPUs: claimant, capacity, host, port, client
--   address, and what the checks of environment and filesystem found. The caller holds the locks on the chute
--   and the config.
-- Parameters: the config; the host as the pod gave it, the service's port, the address the host was vetted
--   at, the client's address; what the three checks found wrong (null: nothing).
-- Returns: status 200, 400, 401, 403, 409 or 423, and detail; final: the refusal fails the config; with 200
--   the record of the place that capacity gives.
-- Calls: authenticate_hotkey, decide_capacity.
-- Tables: metagraph_nodes, instances, capacity_log, rolling_updates (read).
create or replace function rigger.judge_claim(
  p_config public.launch_configs, p_netuid integer, p_host text, p_port integer, p_address text,
  p_client text, p_host_fault text, p_environment_fault text, p_filesystem_fault text,
  out status integer, out detail text, out final boolean, out claim rigger.claims)
language plpgsql
as $$
begin
  final := false;
  select a.status, a.detail
  into status, detail
  from rigger.authenticate_hotkey(p_config.miner_hotkey, p_netuid, null, null) a;
  if status <> 200 then
    return;
  end if;

  select c.rule, c.takes_quota, c.instances_before, c.instances_allowed, c.detail
  into claim.rule, claim.quota_taken, claim.instances_before, claim.instances_allowed, detail
  from rigger.decide_capacity(p_config.chute_id, p_config.miner_hotkey) c;
  claim.chute_id := p_config.chute_id;
  claim.miner_hotkey := p_config.miner_hotkey;
  if p_config.job_id is not null then
    claim.rule := 'job';
    claim.quota_taken := false;
    claim.instances_allowed := null;
    detail := null;
  elsif claim.rule is null then
    status := 423;
  end if;
  if status <> 200 then
    return;
  end if;

  if p_host_fault is not null then
    status := 400;
    detail := p_host_fault;
  elsif exists (select from public.instances i where i.host = lower(p_host) and i.port = p_port) then
    status := 409;
    detail := 'Host and port are taken';
  elsif p_config.job_id is not null and p_client is distinct from host(p_address::inet) then
    status := 400;
    detail := 'A job is claimed from the host it runs on';
  elsif p_environment_fault is not null or p_filesystem_fault is not null then
    status := 403;
    detail := coalesce(p_environment_fault, p_filesystem_fault);
    final := true;
  end if;
end
$$;
comment on function rigger.judge_claim(
  public.launch_configs, integer, text, integer, text, text, text, text, text) is
  'The rules of a claim on claimant, capacity, host, port, client address, environment and filesystem.';
