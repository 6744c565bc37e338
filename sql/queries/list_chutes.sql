-- Purpose: riggerctl chutes: the chutes and their capacity. The column json is the whole row of the view, for
--   scripts.
-- Parameters: the chute's id or name (null: all).
-- Returns: a row a chute.
-- Tables: v_chute_capacity (read).
-- Query: (p_chute text) returns table (
--   chute_id text, name text, target bigint, total bigint, hot bigint, free bigint,
--   rolling_update boolean, json json)
select c.chute_id, c.name, c.target, c.total, c.hot, c.free, c.rolling_update, to_json(c) as json
from rigger.v_chute_capacity c
where p_chute is null
   or p_chute in (c.chute_id, c.name)
order by c.name, c.chute_id
