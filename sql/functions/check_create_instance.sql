-- Purpose: POST /instances/{chute_id}/, before its host is looked up or Redis asked: whether that is worth
--   while. Takes no lock and writes nothing, the use of the signature included; create_instance decides.
-- Parameters: the caller (hotkey, netuid, signature hash or null); the chute, a JSON list of GPU uuids, host
--   and port; the target that Redis told (null: none), and whether capacity is judged, as it is not while
--   Redis has yet to be asked.
-- Returns: refusal, as create_instance would refuse now; null: it would not, as far as can be told.
-- Calls: bound_waits, authenticate_hotkey, check_announcement, check_gpus.
-- Tables: rigger.used_signatures, chutes (read).
-- Role: rigger_app
create or replace function rigger.check_create_instance(
  p_hotkey text, p_netuid integer, p_signature_hash bytea, p_chute_id text, p_node_ids jsonb, p_host text,
  p_port integer, p_target integer, p_judges_capacity boolean,
  out refusal text)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_chute public.chutes;
begin
  perform rigger.bound_waits('lock.waited_slow');
  -- rule: check_create.hotkey
  select a.refusal into refusal from rigger.authenticate_hotkey(p_hotkey, p_netuid, null, null) a;
  -- rule: check_create.signature
  if refusal is null and exists (select from rigger.used_signatures u
                                 where u.signature_hash = p_signature_hash) then
    refusal := 'signature_used';
  end if;
  if refusal is not null then
    return;
  end if;

  select * into v_chute from public.chutes c where c.chute_id = p_chute_id;
  -- rule: check_create.rules
  select c.refusal
  into refusal
  from rigger.check_announcement(v_chute, p_hotkey, p_host, p_port, null, p_target, p_judges_capacity) c;
  if refusal is null then
    -- rule: check_create.gpus
    select g.refusal
    into refusal
    from rigger.check_gpus(p_chute_id, v_chute.node_selector, p_hotkey, p_host, p_node_ids) g;
  end if;
end
$$;
comment on function rigger.check_create_instance(
  text, integer, bytea, text, jsonb, text, integer, integer, boolean) is
  'POST /instances/{chute_id}/, before any network: whether it is worth to look the host up.';
