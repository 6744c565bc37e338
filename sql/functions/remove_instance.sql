-- Purpose: takes an instance away: announces it, deletes its row (its GPUs go with it) and leaves the reason
--   in its audit row. Config and job are the caller's.
-- Parameters: the instance, the reason.
-- Returns: false where there was none.
-- Calls: emit_instance_event.
-- Tables: instances, instance_audit, rigger.placements, rigger.events (written).
create or replace function rigger.remove_instance(p_instance_id text, p_reason text)
returns boolean
language plpgsql
as $$
begin
  perform from public.instances i where i.instance_id = p_instance_id for update;
  if not found then
    return false;
  end if;
  -- rule: remove.event
  perform rigger.emit_instance_event('instance_deleted', p_instance_id, p_reason);
  delete from public.instances i where i.instance_id = p_instance_id;
  update public.instance_audit a
  -- rule: remove.reason
  set deleted_at = coalesce(a.deleted_at, now() at time zone 'utc'), deletion_reason = p_reason
  where a.instance_id = p_instance_id;
  update rigger.placements p
  -- rule: remove.recorded
  set removed_at = now()
  where p.instance_id = p_instance_id;
  return true;
end
$$;
comment on function rigger.remove_instance(text, text) is
  'Takes an instance away, announced and with the reason in its audit row.';
