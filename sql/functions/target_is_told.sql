-- Purpose: whether a relay is done with the newest target that an administrator set for a chute.
-- Parameters: the relay's name as a consumer of events, the chute.
-- Returns: null where there is no such consumer.
-- Tables: rigger.events, rigger.event_consumers (read).
-- Role: rigger_admin
create or replace function rigger.target_is_told(p_consumer text, p_chute_id text)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
  select (select c.last_event_id from rigger.event_consumers c where c.consumer = p_consumer)
         >= coalesce(max(e.event_id), 0)
  from rigger.events e
  where e.channel = 'targets'
    and e.payload -> 'data' ->> 'chute_id' = p_chute_id
$$;
comment on function rigger.target_is_told(text, text) is
  'Whether a relay is done with the newest target of a chute; null: there is no such relay.';
