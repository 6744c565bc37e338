-- Purpose: take_events() for a relay to the Chutes network's socket servers: its channels and payloads. What
--   happens to an instance is told to everybody, and once more to its miner, whose control plane listens to
--   miner_broadcast alone.
-- Parameters: the consumer's name, how many events at most.
-- Returns: a row a message, in order: the event it is of, the channel, the message. An event that is nothing
--   to socket servers (of channel targets) has a row without channel and message: it is to be acknowledged.
-- Calls: take_events.
-- Tables: those of take_events.
-- Role: rigger_app
create or replace function rigger.take_messages(p_consumer text, p_count integer)
returns table (event_id bigint, channel text, message jsonb)
language sql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
  select e.event_id, m.channel,
         case m.channel
           when 'events' then e.payload
           when 'miner_broadcast' then e.payload || jsonb_build_object('filter_recipients', m.recipients) end
  from rigger.take_events(p_consumer, p_count) e
  cross join lateral (
    -- rule: events.not_targets
    select nullif(e.channel, 'targets'), to_jsonb(e.recipients), 1
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
