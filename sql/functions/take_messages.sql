-- Purpose: take_events() for a relay to the Chutes network's socket servers: its channels and payloads. What
--   happens to an instance is told to everybody, and once more to its miner, whose control plane listens to
--   miner_broadcast alone.
-- Parameters: the consumer's name, how many events at most.
-- Returns: a row a message, in order: the event it is of, the channel, the message.
-- Calls: take_events.
-- Tables: those of take_events.
-- Role: rigger_app
create or replace function rigger.take_messages(p_consumer text, p_count integer)
returns table (event_id bigint, channel text, message jsonb)
language sql
security definer
set search_path = pg_catalog, rigger, public, pg_temp
set timezone = 'UTC'
as $$
  select e.event_id, m.channel,
         e.payload || case m.channel
           when 'miner_broadcast' then jsonb_build_object('filter_recipients', m.recipients)
           else '{}' end
  from rigger.take_events(p_consumer, p_count) e
  cross join lateral (
    select e.channel, to_jsonb(e.recipients), 1
    union all
    select 'miner_broadcast', jsonb_build_array(e.payload -> 'data' -> 'miner_hotkey'), 2
    where e.channel = 'events'
      and (e.reason = 'instance_deleted'
           or e.reason in ('instance_created', 'instance_activated')
              and e.payload -> 'data' -> 'config_id' is not null)
  ) as m (channel, recipients, place)
  order by e.event_id, m.place
$$;
comment on function rigger.take_messages(text, integer) is
  'take_events() for a relay to the Chutes network''s socket servers: its channels and payloads.';
