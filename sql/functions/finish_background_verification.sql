-- Purpose: records the outcome of a background verification, or gives it back to the queue.
-- Parameters: the verification, the worker's id of take_verification, the outcome (passed, failed, unjudged), what failed.
-- Returns: whether it was this worker's to finish; an outcome that is told again changes nothing.
-- Calls: emit_instance_event.
-- Tables: instances (locked, written), rigger.verifications (locked after it, written), rigger.events (written).
-- Role: rigger_app
create or replace function rigger.finish_background_verification(
  p_verification_id bigint, p_worker_id uuid, p_outcome text, p_fault text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, rigger, public, pg_temp
as $$
declare
  v_instance public.instances;
  v_state text;
begin
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
    and v.worker_id = p_worker_id
  for no key update;
  if v_state is null or v_state not in ('running', p_outcome) then
    return false;
  end if;
  if v_state = p_outcome then
    return true;
  end if;

  if p_outcome = 'unjudged' then
    update rigger.verifications v
    set state = 'queued', worker_id = null, lease_until = null
    where v.verification_id = p_verification_id;
    return true;
  end if;
  update rigger.verifications v
  set state = p_outcome, finished_at = clock_timestamp(), lease_until = null, fault = p_fault
  where v.verification_id = p_verification_id;
  update public.instances i
  set verified = (p_outcome = 'passed'), verification_error = p_fault, updated_at = clock_timestamp(),
      last_verified_at = case p_outcome when 'passed' then clock_timestamp() else i.last_verified_at end
  where i.instance_id = v_instance.instance_id;
  if p_outcome = 'passed' and not v_instance.verified then
    perform rigger.emit_instance_event('instance_verified', v_instance.instance_id);
    perform rigger.emit_instance_event('instance_hot', v_instance.instance_id);
  end if;
  return true;
end
$$;
comment on function rigger.finish_background_verification(bigint, uuid, text, text) is
  'Records the outcome of a background verification, or gives it back to the queue.';
