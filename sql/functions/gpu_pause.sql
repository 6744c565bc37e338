-- Purpose: how long a miner may not have a GPU yet, because its last proofs of work on it failed: the limit
--   proof.pause after the first one, doubled with each, up to proof.pause_most.
-- Parameters: the GPU, the miner.
-- Returns: seconds, rounded up; null: it may.
-- Calls: limit_of.
-- Tables: rigger.failed_proofs (read).
create or replace function rigger.gpu_pause(p_gpu_uuid text, p_hotkey text)
returns integer
language sql
volatile
as $$
  select ceil(pause.left_s)::integer
  from rigger.failed_proofs f
  cross join lateral (
    select least(rigger.limit_of('proof.pause') * 2 ^ least(f.failures - 1, 30),
                 rigger.limit_of('proof.pause_most'))
           - extract(epoch from clock_timestamp() - f.failed_at) as left_s
  ) pause
  where f.gpu_uuid = p_gpu_uuid
    -- rule: pause.own
    and f.miner_hotkey = p_hotkey
    and pause.left_s > 0
$$;
comment on function rigger.gpu_pause(text, text) is
  'For how many seconds a miner may not have a GPU yet, because proofs of work failed; null: it may.';
