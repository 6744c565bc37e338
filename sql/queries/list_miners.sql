-- Purpose: riggerctl miners: the registered miners. The column json is the whole row of the view, for
--   scripts.
-- Parameters: the miner's hotkey (null: all).
-- Returns: a row a hotkey of a subnet.
-- Tables: v_miners (read).
-- Query: (p_hotkey text) returns table (
--   hotkey text, uid integer, netuid integer, gpus bigint, gpus_in_use bigint, instances bigint, hot bigint,
--   failed_today bigint, blacklist_reason text, json json)
select m.hotkey, m.uid, m.netuid, m.gpus, m.gpus_in_use, m.instances, m.hot, m.failed_today,
       m.blacklist_reason, to_json(m) as json
from rigger.v_miners m
where p_hotkey is null
   or p_hotkey = m.hotkey
order by m.netuid, m.uid, m.hotkey
