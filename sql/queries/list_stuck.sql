-- Purpose: riggerctl stuck: what waits for something. The column json is the whole row of the view, for
--   scripts.
-- Parameters: none.
-- Returns: a row for each, the first to be taken first.
-- Tables: v_stuck (read).
-- Query: () returns table (
--   kind text, id text, miner_hotkey text, waiting_for text, taken_at timestamptz, json json)
select s.kind, s.id, s.miner_hotkey, s.waiting_for, date_trunc('second', s.taken_at) as taken_at,
       to_json(s) as json
from rigger.v_stuck s
order by s.taken_at, s.id
