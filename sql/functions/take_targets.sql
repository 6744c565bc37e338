-- Purpose: take_events() for a relay to the Redis that holds the targets of chutes. Of a chute's targets only
--   the newest is told, whatever is handed out again, so an earlier one never takes its place.
-- Parameters: the consumer's name, how many events at most.
-- Returns: a row a target that is to be set, in order: the event it is of, the chute, the target, for how
--   many seconds it is to stand, which are those of the limit target.told since it was set. And a row without
--   a chute for the last event that was taken, where that sets none: it is to be acknowledged as well.
-- Calls: take_events, json_integer, limit_interval.
-- Tables: those of take_events, rigger.events (read).
-- Role: rigger_app
create or replace function rigger.take_targets(p_consumer text, p_count integer)
returns table (event_id bigint, chute_id text, target_count integer, seconds bigint)
language sql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
  with taken as materialized (
    select e.event_id, e.created_at, e.channel, e.payload -> 'data' as data
    from rigger.take_events(p_consumer, p_count) e
  )
  select t.event_id, s.chute_id, s.target_count, s.seconds
  from taken t
  left join lateral (
    select t.data ->> 'chute_id' as chute_id, rigger.json_integer(t.data -> 'target_count') as target_count,
           floor(extract(epoch from t.created_at + rigger.limit_interval('target.told')
                                    - clock_timestamp()))::bigint as seconds) s
    on t.channel = 'targets'
    -- What is no target, whoever wrote it, is acknowledged with the rest.
    -- rule: target.unreadable
    and s.target_count is not null
    -- rule: target.life
    and s.seconds > 0
    -- rule: target.newest
    and not exists (select from rigger.events n
                    where n.channel = 'targets'
                      and n.payload -> 'data' ->> 'chute_id' = s.chute_id
                      and n.event_id > t.event_id)
  where s.chute_id is not null
    -- rule: target.last_event
    or t.event_id = (select max(l.event_id) from taken l)
  order by t.event_id
$$;
comment on function rigger.take_targets(text, integer) is
  'take_events() for a relay to the Redis that holds the targets of chutes.';
