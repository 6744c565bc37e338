-- Purpose: hands a named consumer its next events, in order of their numbers, at least once: what it does not
--   acknowledge (acknowledge_events) within the limit events.acknowledged_within is handed out again. An
--   event gets its number before its transaction commits, so one with a lower number may still become visible
--   after one with a higher number. Therefore a call notes the newest number it sees, and events up to it are
--   handed out once every transaction that was open then is over. That is told by the id of the call's own
--   transaction, which is drawn right after the note: no older one is open any more. So nothing may be
--   written before in that transaction, or its id would be older than the note.
-- Parameters: the consumer's name (its first call makes it known: it starts at the oldest event), how many at
--   most (the limit events.taken is the most).
-- Returns: the events; none while another call of the same consumer holds some.
-- Calls: bound_waits, limit_of, limit_interval.
-- Tables: rigger.events (read), rigger.event_consumers (written).
-- Role: rigger_admin
-- Not for C: consumers of events call it, over a driver of theirs.
create or replace function rigger.take_events(p_consumer text, p_count integer)
returns table (
  event_id bigint, created_at timestamptz, channel text, reason text, recipients text[], payload jsonb)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_newest bigint;
  v_oldest_open xid8;
  v_consumer rigger.event_consumers;
begin
  perform rigger.bound_waits('lock.waited_slow');
  -- rule: events.first_to_write
  if pg_current_xact_id_if_assigned() is not null then
    raise exception 'take_events() must be the first in its transaction to write'
      using errcode = 'active_sql_transaction',
      hint = 'Take in a transaction of its own, or before anything else.';
  end if;
  select max(e.event_id), pg_snapshot_xmin(pg_current_snapshot())
  into v_newest, v_oldest_open
  from rigger.events e;

  insert into rigger.event_consumers (consumer) values (p_consumer) on conflict (consumer) do nothing;
  select *
  into v_consumer
  from rigger.event_consumers c
  where c.consumer = p_consumer
  for no key update skip locked;
  -- rule: events.acknowledged_within
  if not found or v_consumer.taken_at > now() - rigger.limit_interval('events.acknowledged_within') then
    return;
  end if;

  if v_consumer.settling_to is null then
    v_consumer.settling_to := v_newest;
    v_consumer.settling_xid := pg_current_xact_id();
  end if;
  if v_consumer.settling_xid <= v_oldest_open then
    v_consumer.settled_to := greatest(v_consumer.settled_to, v_consumer.settling_to);
    v_consumer.settling_to := null;
    v_consumer.settling_xid := null;
  end if;
  return query
  select e.event_id, e.created_at, e.channel, e.reason, e.recipients, e.payload
  from rigger.events e
  where e.event_id > v_consumer.last_event_id
    -- rule: events.settled
    and e.event_id <= v_consumer.settled_to
  order by e.event_id
  -- rule: events.count
  limit least(greatest(p_count, 1), rigger.limit_of('events.taken'));
  v_consumer.taken_at := case when found then now() end;
  update rigger.event_consumers c
  set settled_to = v_consumer.settled_to, settling_to = v_consumer.settling_to,
      settling_xid = v_consumer.settling_xid, taken_at = v_consumer.taken_at
  where c.consumer = p_consumer
    and c is distinct from v_consumer;
end
$$;
comment on function rigger.take_events(text, integer) is
  'Hands a named consumer its next events, in order, at least once.';
