-- Purpose: riggerctl events: the newest events behind a number. The column json is the whole row of the view,
--   for scripts.
-- Parameters: the number that they come after, how many at most (null: all).
-- Returns: a row an event, the newest last.
-- Tables: v_events (read).
-- Query: (p_after bigint, p_count integer) returns table (
--   event_id bigint, created_at timestamptz, reason text, message text, json json)
select n.event_id, date_trunc('second', n.created_at) as created_at, n.reason, n.message, n.json
from (
  select e.*, to_json(e) as json
  from rigger.v_events e
  where e.event_id > p_after
  order by e.event_id desc
  limit p_count) n
order by n.event_id
