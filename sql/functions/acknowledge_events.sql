-- Purpose: a consumer of take_events() is done with its events up to one; what it took beyond is handed out
--   again.
-- Parameters: the consumer, the last event it is done with (null: none of them, all are handed out again).
-- Returns: false where there is no such consumer.
-- Calls: bound_waits.
-- Tables: rigger.event_consumers (written).
-- Role: rigger_app, rigger_admin
create or replace function rigger.acknowledge_events(p_consumer text, p_event_id bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_slow');
  update rigger.event_consumers c
  -- rule: events.acknowledged
  set last_event_id = least(greatest(c.last_event_id, p_event_id), c.settled_to), taken_at = null
  where c.consumer = p_consumer;
  return found;
end
$$;
comment on function rigger.acknowledge_events(text, bigint) is
  'A consumer is done with its events up to one; what it took beyond is handed out again.';
