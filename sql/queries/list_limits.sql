-- Purpose: riggerctl limits: the limits. The column json is the whole row of the view, for scripts.
-- Parameters: none.
-- Returns: a row a limit.
-- Tables: v_limits (read).
-- Query: () returns table (name text, value numeric, unit text, initial numeric, purpose text, json json)
select l.name, l.value, l.unit, l.initial, l.purpose, to_json(l) as json
from rigger.v_limits l
order by l.name
