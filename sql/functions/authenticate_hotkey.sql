-- Purpose: says whether a hotkey may act: registered on the subnet, not blacklisted, its signature not used
--   before. Marks the signature as used; the caller's transaction makes that one with its effect.
-- Parameters: p_signature_hash: BLAKE2b-256 of the signature, null for an account credential (nothing is
--   stored then); p_request_key: the request; the same key with the same signature is the same request again.
-- Returns: refusal; repeated: this request was seen before; the miner's uid and coldkey.
-- Calls: bound_waits.
-- Tables: metagraph_nodes (read), rigger.used_signatures (written).
-- Role: rigger_app
create or replace function rigger.authenticate_hotkey(
  p_hotkey text, p_netuid integer, p_signature_hash bytea, p_request_key uuid,
  out refusal text, out repeated boolean, out miner_uid integer, out miner_coldkey text)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_blacklist_reason text;
begin
  perform rigger.bound_waits('lock.waited_fast');
  repeated := false;

  select coalesce(m.node_id, -1), m.coldkey, m.blacklist_reason
  into miner_uid, miner_coldkey, v_blacklist_reason
  from public.metagraph_nodes m
  where m.hotkey = p_hotkey
    -- rule: hotkey.subnet
    and m.netuid = p_netuid;

  if not found then
    refusal := 'hotkey_unregistered';
    return;
  end if;
  -- rule: hotkey.blacklist
  if v_blacklist_reason <> '' then
    refusal := 'hotkey_blacklisted';
    return;
  end if;
  if p_signature_hash is null then
    return;
  end if;

  insert into rigger.used_signatures (signature_hash, hotkey, request_key)
  values (p_signature_hash, p_hotkey, p_request_key)
  on conflict (signature_hash) do nothing;
  if not found then
    -- A transaction that writes nothing waits for no standby: the lock makes a repeated answer wait until the
    -- standby has what is repeated, as the first one did.
    perform from rigger.used_signatures u
    where u.signature_hash = p_signature_hash
      -- rule: signature.hotkey
      and u.hotkey = p_hotkey
      -- rule: signature.request
      and u.request_key = p_request_key
    -- rule: signature.repeat_confirmed
    for no key update;
    repeated := found;
    -- rule: signature.once
    if not repeated then
      refusal := 'signature_used';
    end if;
  end if;
end
$$;
comment on function rigger.authenticate_hotkey(text, integer, bytea, uuid) is
  'Whether a hotkey may act (registered, not blacklisted, signature unused); marks the signature as used.';
