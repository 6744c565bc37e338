-- Purpose: locks the GPUs that an instance is to have and checks them by the rules of the chute. Writes
--   nothing: place_instance assigns them, in the same transaction.
-- Parameters: the chute and its node selector, the miner, the host the instance will be on, and a JSON list
--   of GPU uuids.
-- Returns: refusal and its subject, or the distinct uuids, in the order given.
-- Calls: check_gpus.
-- Tables: nodes (locked).
create or replace function rigger.lock_gpus(
  p_chute_id text, p_node_selector jsonb, p_hotkey text, p_host text, p_gpus jsonb,
  out refusal text, out subject text, out gpu_uuids text[])
language plpgsql
as $$
begin
  -- In one order everywhere, so that two claims for the same GPUs cannot hold one each. Only the miner's own:
  -- of others' GPUs there is nothing to wait for.
  perform from public.nodes n
  where n.uuid = any (array(select jsonb_array_elements_text(p_gpus)))
    and n.miner_hotkey = p_hotkey
  order by n.uuid
  for no key update;
  select c.refusal, c.subject, c.gpu_uuids
  into refusal, subject, gpu_uuids
  from rigger.check_gpus(p_chute_id, p_node_selector, p_hotkey, p_host, p_gpus) c;
end
$$;
comment on function rigger.lock_gpus(text, jsonb, text, text, jsonb) is
  'Locks the GPUs that an instance is to have and checks them by the chute''s rules; assigns nothing.';
