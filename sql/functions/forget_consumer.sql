-- Purpose: an administrator forgets a consumer of events that will not come back: what it has not read no
--   longer waits for it.
-- Parameters: the consumer.
-- Returns: false where there is no such consumer.
-- Calls: bound_waits.
-- Tables: rigger.event_consumers (written).
-- Role: rigger_admin
-- Not for C: administrators call it with psql.
create or replace function rigger.forget_consumer(p_consumer text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_slow');
  delete from rigger.event_consumers c where c.consumer = p_consumer;
  return found;
end
$$;
comment on function rigger.forget_consumer(text) is
  'Forgets a consumer of events: nothing waits for it any more.';
