-- Purpose: writes the event of one state change of an instance into the outbox, in the transaction that made
--   the change. instance_verified is for the instance's miner; the others are public. The GPU model is called
--   what the network calls it (h100_sxm), not what its maker does.
-- Parameters: the reason (instance_created, instance_verified, instance_hot, instance_activated,
--   instance_deleted, ...), the instance, whose row must still be there, and what the message adds to that
--   (null: nothing).
-- Returns: nothing.
-- Tables: instances, instance_nodes, nodes (read), rigger.events (written).
create or replace function rigger.emit_instance_event(
  p_reason text, p_instance_id text, p_addition text default null)
returns void
language sql
as $$
  insert into rigger.events (channel, reason, recipients, payload)
  select
    case p_reason when 'instance_verified' then 'miner_broadcast' else 'events' end,
    p_reason,
    case p_reason when 'instance_verified' then array[i.miner_hotkey] end,
    jsonb_build_object(
      'reason', p_reason,
      'message', format('Miner %s: %s of chute %s', i.miner_hotkey, replace(p_reason, '_', ' '), i.chute_id)
                 || coalesce(': ' || p_addition, ''),
      'data', jsonb_strip_nulls(jsonb_build_object(
        'chute_id', i.chute_id, 'miner_hotkey', i.miner_hotkey, 'instance_id', i.instance_id,
        'config_id', i.config_id, 'gpu_count', g.gpu_count, 'gpu_model_name', g.gpu_model_name)))
  from public.instances i
  cross join lateral (
    -- rule: event.model
    select count(*) as gpu_count, min(n.gpu_identifier) as gpu_model_name
    from public.instance_nodes a
    join public.nodes n on n.uuid = a.node_id
    where a.instance_id = i.instance_id) g
  where i.instance_id = p_instance_id
$$;
comment on function rigger.emit_instance_event(text, text, text) is
  'Writes the event of one state change of an instance into the outbox.';
