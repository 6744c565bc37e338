-- Purpose: POST /instances/{chute_id}/: a miner announces an instance of a chute whose SDK has no launch
--   configs. All of it or nothing. The same instance id again is the same request.
-- Parameters: the caller (hotkey, netuid, signature hash or null), the request; the chute; the new instance's
--   id; a JSON list of GPU uuids; the host as the miner gave it, the address it was vetted at (null where it
--   was refused), the port; the symmetric key in hex; what the host is refused for (null: nothing); the
--   chute's target as Redis told it (null: it told none).
-- Returns: refusal and its subject, or the instance as JSON.
-- Calls: authenticate_hotkey, sdk_features, host_port_is_taken, find_place, lock_gpus, place_instance,
--   instance_json.
-- Tables: rigger.used_signatures (written), chutes, nodes (locked, in this order), instances and what
--   place_instance writes.
-- Role: rigger_app
create or replace function rigger.create_instance(
  p_hotkey text, p_netuid integer, p_signature_hash bytea, p_request_key uuid, p_chute_id text,
  p_instance_id text, p_node_ids jsonb, p_host text, p_address text, p_port integer, p_symmetric_key text,
  p_host_refusal text, p_target integer default null,
  out refusal text, out subject text, out instance json)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_caller record;
  v_chute public.chutes;
  v_place record;
  v_placement rigger.placements;
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
    -- rule: create.repeated
    and i.miner_hotkey = p_hotkey;
  if found then
    return;
  end if;

  select * into v_chute from public.chutes c where c.chute_id = p_chute_id for no key update;
  if not found then
    refusal := 'chute_not_found';
  -- rule: create.old_sdk
  elsif (rigger.sdk_features(v_chute.chutes_version)).uses_launch_configs then
    refusal := 'sdk_uses_launch_configs';
  -- rule: create.host_port
  elsif rigger.host_port_is_taken(p_host, p_port) then
    refusal := 'host_port_taken';
  -- rule: create.host
  elsif p_host_refusal is not null then
    refusal := p_host_refusal;
  end if;
  if refusal is not null then
    return;
  end if;

  -- rule: create.target
  select * into v_place from rigger.find_place(p_chute_id, p_hotkey, null, p_target);
  -- rule: create.capacity
  refusal := v_place.refusal;
  subject := v_place.subject;
  v_placement := v_place.placement;
  if refusal is null then
    select j.refusal, j.subject, j.gpu_uuids
    into refusal, subject, v_gpus
    from rigger.lock_gpus(p_chute_id, v_chute.node_selector, p_hotkey, p_host, p_node_ids) j;
  end if;
  if refusal is not null then
    return;
  end if;

  v_placement.instance_id := p_instance_id;
  select p.refusal, p.subject
  into refusal, subject
  from rigger.place_instance(v_placement, v_caller.miner_uid, v_caller.miner_coldkey, p_host, p_address::inet,
                             p_port, v_gpus, p_symmetric_key, null) p;
  if refusal is null then
    select rigger.instance_json(i)
    into instance
    from public.instances i
    where i.instance_id = p_instance_id;
  end if;
end
$$;
comment on function rigger.create_instance(
  text, integer, bytea, uuid, text, text, jsonb, text, text, integer, text, text, integer) is
  'POST /instances/{chute_id}/: a miner announces an instance of a chute whose SDK has no launch configs.';
