-- Purpose: trigger on instance_nodes that keeps the history of which GPUs an instance had. Installed where
--   the database has no such trigger of its own.
-- Parameters: none; the row that is written.
-- Returns: that row, as a trigger has to.
-- Tables: instances (read), instance_node_history (written).
create or replace function rigger.record_instance_node()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
begin
  insert into public.instance_node_history (instance_id, node_id, miner_hotkey, created_at)
  select new.instance_id, new.node_id, i.miner_hotkey, now() at time zone 'utc'
  from public.instances i
  where i.instance_id = new.instance_id
  on conflict (instance_id, node_id) do nothing;
  return new;
end
$$;
comment on function rigger.record_instance_node() is 'Trigger: keeps instance_node_history.';
