-- Purpose: records the result of a background verification, or gives it back to the queue.
-- Parameters: the verification, the worker's id of take_verification, the result (passed, failed, unjudged),
--   the failure.
-- Returns: whether it was this worker's to finish; a result that is told again changes nothing.
-- Calls: bound_waits, refusal_text, emit_instance_event.
-- Tables: instances (locked, written), rigger.verifications (locked after it, written), rigger.placements,
--   rigger.events (written).
-- Role: rigger_app
create or replace function rigger.finish_background_verification(
  p_verification_id bigint, p_worker_id uuid, p_result text, p_failure text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_instance public.instances;
  v_state text;
begin
  perform rigger.bound_waits('lock.waited_slow');
  -- The instance before its verification: a deletion takes them in this order.
  select i.*
  into v_instance
  from public.instances i
  where i.instance_id = (select v.instance_id from rigger.verifications v
                         where v.verification_id = p_verification_id)
  for no key update;
  select v.state
  into v_state
  from rigger.verifications v
  where v.verification_id = p_verification_id
    -- rule: verification.stale
    and v.worker_id = p_worker_id
  for no key update;
  if v_state is null or v_state not in ('running', p_result) then
    return false;
  end if;
  -- rule: verification.told_once
  if v_state = p_result then
    return true;
  end if;

  if p_result = 'unjudged' then
    update rigger.verifications v
    set state = 'queued', worker_id = null, lease_until = null
    where v.verification_id = p_verification_id;
    return true;
  end if;
  update rigger.verifications v
  set state = p_result, finished_at = clock_timestamp(), lease_until = null, failure = p_failure
  where v.verification_id = p_verification_id;
  update public.instances i
  set verified = (p_result = 'passed'), verification_error = rigger.refusal_text(p_failure),
      updated_at = clock_timestamp(),
      last_verified_at = case p_result when 'passed' then clock_timestamp() else i.last_verified_at end
  where i.instance_id = v_instance.instance_id;
  -- rule: verification.event
  if p_result = 'passed' and v_instance.verified is not true then
    update rigger.placements p
    set verified_at = coalesce(p.verified_at, now())
    where p.instance_id = v_instance.instance_id;
    perform rigger.emit_instance_event('instance_verified', v_instance.instance_id);
    perform rigger.emit_instance_event('instance_hot', v_instance.instance_id);
  end if;
  return true;
end
$$;
comment on function rigger.finish_background_verification(bigint, uuid, text, text) is
  'Records the result of a background verification, or gives it back to the queue.';
