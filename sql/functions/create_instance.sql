-- Purpose: POST /instances/{chute_id}/: a miner announces an instance of a chute whose SDK has no launch
--   configs. All of it or nothing. The same instance id again is the same request.
-- Parameters: the caller (hotkey, netuid, signature hash or null), the request; the chute; the new instance's
--   id; a JSON list of GPU uuids; the host as the miner gave it, the address it was vetted at (null where it
--   was refused), the port; the symmetric key in hex; what the host is refused for (null: nothing).
-- Returns: refusal and its subject, or the instance as JSON.
-- Calls: authenticate_hotkey, decide_capacity, judge_gpus, place_instance, instance_json.
-- Tables: rigger.used_signatures (written), chutes, nodes (locked, in this order), instances and what
--   place_instance writes.
-- Role: rigger_app
create or replace function rigger.create_instance(
  p_hotkey text, p_netuid integer, p_signature_hash bytea, p_request_key uuid, p_chute_id text,
  p_instance_id text, p_node_ids jsonb, p_host text, p_address text, p_port integer, p_symmetric_key text,
  p_host_refusal text,
  out refusal text, out subject text, out instance json)
language plpgsql
security definer
set search_path = pg_catalog, rigger, public, pg_temp
as $$
declare
  v_caller record;
  v_chute public.chutes;
  v_capacity record;
  v_claim rigger.claims;
  v_instance public.instances;
  v_gpus text[];
begin
  select * into v_caller from rigger.authenticate_hotkey(p_hotkey, p_netuid, p_signature_hash, p_request_key);
  refusal := v_caller.refusal;
  if refusal is not null then
    return;
  end if;
  select rigger.instance_json(i)
  into instance
  from public.instances i
  where i.instance_id = p_instance_id
    and i.miner_hotkey = p_hotkey;
  if found then
    return;
  end if;

  select * into v_chute from public.chutes c where c.chute_id = p_chute_id for no key update;
  if not found then
    refusal := 'chute_not_found';
  elsif rigger.version_parts(v_chute.chutes_version) >= rigger.version_parts('0.3.0') then
    refusal := 'sdk_uses_launch_configs';
  elsif exists (select from public.instances i where i.host = lower(p_host) and i.port = p_port) then
    refusal := 'host_port_taken';
  elsif p_host_refusal is not null then
    refusal := p_host_refusal;
  end if;
  if refusal is not null then
    return;
  end if;

  select * into v_capacity from rigger.decide_capacity(p_chute_id, p_hotkey);
  if v_capacity.rule is null then
    refusal := v_capacity.refusal;
    return;
  end if;
  select j.refusal, j.subject, j.gpu_uuids
  into refusal, subject, v_gpus
  from rigger.judge_gpus(v_chute.node_selector, p_hotkey, p_host, p_node_ids) j;
  if refusal is not null then
    return;
  end if;

  v_instance.instance_id := p_instance_id;
  v_instance.host := lower(p_host);
  v_instance.port := p_port;
  v_instance.chute_id := p_chute_id;
  v_instance.version := v_chute.version;
  v_instance.chutes_version := v_chute.chutes_version;
  v_instance.miner_uid := v_caller.miner_uid;
  v_instance.miner_hotkey := p_hotkey;
  v_instance.miner_coldkey := v_caller.miner_coldkey;
  v_instance.symmetric_key := p_symmetric_key;
  v_claim.chute_id := p_chute_id;
  v_claim.miner_hotkey := p_hotkey;
  v_claim.rule := v_capacity.rule;
  v_claim.quota_taken := v_capacity.takes_quota;
  v_claim.instances_before := v_capacity.instances_before;
  v_claim.instances_allowed := v_capacity.instances_allowed;
  select p.refusal
  into refusal
  from rigger.place_instance(v_instance, p_address::inet, v_gpus, v_claim) p;
  if refusal is null then
    select rigger.instance_json(i)
    into instance
    from public.instances i
    where i.instance_id = p_instance_id;
  end if;
end
$$;
comment on function rigger.create_instance(
  text, integer, bytea, uuid, text, text, jsonb, text, text, integer, text, text) is
  'POST /instances/{chute_id}/: a miner announces an instance of a chute whose SDK has no launch configs.';
