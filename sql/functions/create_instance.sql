-- Purpose: POST /instances/{chute_id}/: a miner announces an instance of a chute whose SDK has no launch
--   configs. All of it or nothing. The same instance id again is the same request.
-- Parameters: the caller (hotkey, netuid, signature hash or null), the request; the chute; the new instance's
--   id; a JSON list of GPU uuids; the host as the miner gave it, the address it was vetted at (null: it was
--   refused; or, without a refusal, not looked at, because check_create_instance refused), the port; the
--   symmetric key in hex; what the host is refused for (null: nothing); the chute's target as Redis told it
--   (null: it told none).
-- Returns: refusal and its subject, or the instance as JSON. unavailable: what check_create_instance would
--   have refused is right by now. retry_after: with gpu_paused, in seconds.
-- Calls: bound_waits, authenticate_hotkey, check_announcement, lock_gpus, gpu_pause, place_instance,
--   instance_json.
-- Tables: rigger.used_signatures (written), chutes, nodes (locked, in this order), instances and what
--   place_instance writes.
-- Role: rigger_app
create or replace function rigger.create_instance(
  p_hotkey text, p_netuid integer, p_signature_hash bytea, p_request_key uuid, p_chute_id text,
  p_instance_id text, p_node_ids jsonb, p_host text, p_address text, p_port integer, p_symmetric_key text,
  p_host_refusal text, p_target integer default null,
  out refusal text, out subject text, out instance json, out retry_after integer)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_caller record;
  v_chute public.chutes;
  v_checked record;
  v_placement rigger.placements;
  v_gpus text[];
begin
  perform rigger.bound_waits('lock.waited_slow');
  select * into v_caller from rigger.authenticate_hotkey(p_hotkey, p_netuid, p_signature_hash, p_request_key);
  refusal := v_caller.refusal;
  if refusal is not null then
    return;
  end if;
  -- Without a signature nothing but the instance tells that the request was here before. It may be here
  -- still.
  if p_signature_hash is null then
    perform pg_advisory_xact_lock(hashtextextended('rigger.create_instance ' || p_instance_id, 0));
  end if;
  select rigger.instance_json(i)
  into instance
  from public.instances i
  where i.instance_id = p_instance_id
    -- rule: create.repeated
    and i.miner_hotkey = p_hotkey
  -- rule: create.repeat_confirmed
  for no key update;
  if found then
    return;
  end if;

  select * into v_chute from public.chutes c where c.chute_id = p_chute_id for no key update;
  select c.refusal, c.subject, c.placement
  into v_checked
  from rigger.check_announcement(v_chute, p_hotkey, p_host, p_port, p_host_refusal, p_target, true) c;
  refusal := v_checked.refusal;
  subject := v_checked.subject;
  v_placement := v_checked.placement;
  if refusal is null then
    select j.refusal, j.subject, j.gpu_uuids
    into refusal, subject, v_gpus
    from rigger.lock_gpus(p_chute_id, v_chute.node_selector, p_hotkey, p_host, p_node_ids) j;
  end if;
  -- rule: create.unseen
  if refusal is null and p_address is null then
    refusal := 'unavailable';
  end if;
  -- rule: create.retry_after
  if refusal = 'gpu_paused' then
    retry_after := coalesce(rigger.gpu_pause(subject, p_hotkey), 1);
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
