-- Purpose: an administrator says how many instances a chute should have. The capacity log has it at once; the
--   relay reads the event, and sets it in the Redis that holds the targets, where there is one. The lock on
--   the chute makes the numbers of a chute's events follow the order of its targets.
-- Parameters: the chute, the count.
-- Returns: false where there is no such chute.
-- Calls: bound_waits.
-- Tables: chutes (locked), instances (read), capacity_log, rigger.events (written).
-- Role: rigger_admin
create or replace function rigger.set_target(p_chute_id text, p_count integer)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_slow');
  -- rule: target.range
  if p_count is null or p_count not between 0 and 1000000 then
    raise exception 'a target is a number from 0 to 1000000' using errcode = 'invalid_parameter_value';
  end if;
  perform from public.chutes c where c.chute_id = p_chute_id for no key update;
  if not found then
    return false;
  end if;
  insert into public.capacity_log (chute_id, "timestamp", target_count, instance_count, action_taken)
  select p_chute_id, clock_timestamp() at time zone 'utc', p_count, count(*), 'set by an administrator'
  from public.instances i
  where i.chute_id = p_chute_id;
  insert into rigger.events (channel, reason, payload)
  values (
    'targets', 'target_set',
    jsonb_build_object(
      'reason', 'target_set',
      'message', format('Chute %s should have %s instances', p_chute_id, p_count),
      'data', jsonb_build_object('chute_id', p_chute_id, 'target_count', p_count)));
  return true;
end
$$;
comment on function rigger.set_target(text, integer) is 'Says how many instances a chute should have.';
