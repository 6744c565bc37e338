-- Purpose: DELETE /instances/{chute_id}/{instance_id}: a miner takes an instance of its own away. Its job
--   ends with it, started or not: whoever waits for the job is told. The config stays as it is: verification
--   and activation find the instance gone.
-- Parameters: the caller (hotkey, netuid, signature hash or null), the request, chute and instance.
-- Returns: refusal; instance_not_found is the same for "not there" and "not yours".
-- Calls: bound_waits, authenticate_hotkey, end_job, remove_instance.
-- Tables: rigger.used_signatures (written), jobs, instances (locked in this order, written), instance_audit.
-- Role: rigger_app
create or replace function rigger.delete_instance(
  p_hotkey text, p_netuid integer, p_signature_hash bytea, p_request_key uuid, p_chute_id text,
  p_instance_id text,
  out refusal text)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_repeated boolean;
  -- What those who audit a network look for: a word of the contract, not ours to choose.
  -- rule: delete.reason
  v_reason constant text := 'miner initialized';
begin
  perform rigger.bound_waits('lock.waited_fast');
  select a.refusal, a.repeated
  into refusal, v_repeated
  from rigger.authenticate_hotkey(p_hotkey, p_netuid, p_signature_hash, p_request_key) a;
  if refusal is not null then
    return;
  end if;

  -- An account credential leaves no trace of the request: only a signed one can be told from a second one.
  -- rule: delete.repeated
  if v_repeated and exists (select from rigger.used_signatures u
                            where u.signature_hash = p_signature_hash
                              and u.deleted_instance_id = p_instance_id) then
    return;
  end if;

  perform from public.jobs j where j.instance_id = p_instance_id for no key update;
  perform from public.instances i
  where i.instance_id = p_instance_id
    -- rule: delete.chute
    and i.chute_id = p_chute_id
    -- rule: delete.miner
    and i.miner_hotkey = p_hotkey
  for update;
  if not found then
    refusal := 'instance_not_found';
    return;
  end if;

  -- rule: delete.job
  perform rigger.end_job(p_instance_id, v_reason, true);
  perform rigger.remove_instance(p_instance_id, v_reason);
  update rigger.used_signatures u
  set deleted_instance_id = p_instance_id
  where u.signature_hash = p_signature_hash;
end
$$;
comment on function rigger.delete_instance(text, integer, bytea, uuid, text, text) is
  'DELETE /instances/{chute_id}/{instance_id}: a miner takes an instance of its own away.';
