-- Purpose: PATCH /instances/{chute_id}/{instance_id}: an instance of an old SDK becomes active, and its
--   verification in the background is queued: one at a time, and not more within a period than the limits
--   verification.count and verification.period say. One that is active and verified stays as it is.
-- Parameters: the caller (hotkey, netuid, signature hash or null), the request, chute and instance, what
--   "active" is to be.
-- Returns: refusal (instance_not_found is the same for "not there", "not yours" and "made from a launch
--   config"), or the instance as JSON.
-- Calls: bound_waits, authenticate_hotkey, limit_of, limit_interval, emit_instance_event, instance_json.
-- Tables: rigger.used_signatures (written), instances (locked, written), rigger.verifications,
--   rigger.placements, rigger.events (written).
-- Role: rigger_app
create or replace function rigger.activate_instance(
  p_hotkey text, p_netuid integer, p_signature_hash bytea, p_request_key uuid, p_chute_id text,
  p_instance_id text, p_active boolean,
  out refusal text, out instance json)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_instance public.instances;
begin
  perform rigger.bound_waits('lock.waited_slow');
  select a.refusal
  into refusal
  from rigger.authenticate_hotkey(p_hotkey, p_netuid, p_signature_hash, p_request_key) a;
  -- rule: patch.only_true
  if refusal is null and not p_active then
    refusal := 'only_activation';
  end if;
  if refusal is not null then
    return;
  end if;

  select *
  into v_instance
  from public.instances i
  where i.instance_id = p_instance_id
    -- rule: patch.chute
    and i.chute_id = p_chute_id
    -- rule: patch.miner
    and i.miner_hotkey = p_hotkey
    -- rule: patch.old_sdk
    and i.config_id is null
  for no key update;
  if not found then
    refusal := 'instance_not_found';
    return;
  end if;

  -- rule: patch.hot
  if (v_instance.active and v_instance.verified) is not true
     and not exists (select from rigger.verifications v
                     where v.instance_id = p_instance_id
                       -- rule: patch.queued_once
                       and v.state in ('queued', 'running')) then
    -- rule: patch.verifications
    if (select count(*) from rigger.verifications v
        where v.instance_id = p_instance_id
          and v.queued_at > now() - rigger.limit_interval('verification.period'))
       >= rigger.limit_of('verification.count') then
      refusal := 'verifications_too_many';
      return;
    end if;
    insert into rigger.verifications (instance_id) values (p_instance_id);
  end if;
  if v_instance.active is not true then
    update public.instances i
    set active = true, updated_at = now()
    where i.instance_id = p_instance_id
    returning * into v_instance;
    update rigger.placements p
    set activated_at = coalesce(p.activated_at, now())
    where p.instance_id = p_instance_id;
    -- rule: patch.event
    perform rigger.emit_instance_event('instance_activated', p_instance_id);
  end if;
  instance := rigger.instance_json(v_instance);
end
$$;
comment on function rigger.activate_instance(text, integer, bytea, uuid, text, text, boolean) is
  'PATCH /instances/{chute_id}/{instance_id}: an instance of an old SDK becomes active;'
  ' its verification is queued.';
