-- Purpose: reads rolling_updates.permitted: how many instances each miner may still launch during a rolling
--   update. The only place that does, beside the view of all quotas; the Python service writes the document.
-- Parameters: rolling_updates.permitted, the miner's hotkey.
-- Returns: open, whether everybody may, because no quota was set (an empty document, or null); quota, what
--   is left to this miner (0 where nothing is said). unreadable: the path of the value that cannot be read
--   (null: all can).
-- Calls: json_integer.
-- Tables: none.
create or replace function rigger.read_permitted(
  p_permitted jsonb, p_hotkey text, out open boolean, out quota integer, out unreadable text)
language plpgsql
immutable
as $$
declare
  v_quota constant jsonb := nullif(p_permitted -> p_hotkey, 'null');
begin
  -- rule: capacity.rolling_open
  open := coalesce(p_permitted, 'null') in ('null', '{}', '[]');
  quota := case when v_quota is null then 0 else rigger.json_integer(v_quota) end;
  -- rule: permitted.unreadable
  unreadable := case
    when not open and jsonb_typeof(p_permitted) <> 'object' then 'rolling_updates.permitted'
    when quota is null then 'rolling_updates.permitted.' || p_hotkey
  end;
end
$$;
comment on function rigger.read_permitted(jsonb, text) is
  'Reads rolling_updates.permitted: what a rolling update leaves to a miner.';
