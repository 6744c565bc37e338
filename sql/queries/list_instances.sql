-- Purpose: riggerctl instances: the instances. The column json is the whole row of the view, for scripts.
-- Parameters: the chute's id or name, the miner's hotkey (null: all).
-- Returns: a row an instance, the oldest first.
-- Tables: v_instances (read).
-- Query: (p_chute text, p_hotkey text) returns table (
--   instance_id text, chute text, miner_hotkey text, host text, port integer, active boolean,
--   verified boolean, job_id text, created_at timestamptz, json json)
select i.instance_id, i.chute, i.miner_hotkey, i.host, i.port, i.active, i.verified, i.job_id,
       date_trunc('second', i.created_at) as created_at, to_json(i) as json
from rigger.v_instances i
where (p_chute is null or p_chute in (i.chute_id, i.chute))
  and (p_hotkey is null or p_hotkey = i.miner_hotkey)
order by i.created_at, i.instance_id
