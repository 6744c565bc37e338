-- Purpose: an administrator shuts a miner out, or lets it in again. Its instances stay: evict() takes them.
-- Parameters: the hotkey, the reason (null or empty: no longer blacklisted).
-- Returns: false where the hotkey is not registered.
-- Calls: bound_waits, cut_text.
-- Tables: metagraph_nodes (written).
-- Role: rigger_admin
create or replace function rigger.blacklist(p_hotkey text, p_reason text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_slow');
  update public.metagraph_nodes m
  set blacklist_reason = nullif(rigger.cut_text(p_reason, 1000), '')
  where m.hotkey = p_hotkey;
  return found;
end
$$;
comment on function rigger.blacklist(text, text) is
  'Shuts a miner out for a reason; a null reason lets it in again.';
