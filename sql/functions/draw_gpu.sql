-- Purpose: draws the GPU of an instance that has to solve its challenge, at random.
-- Parameters: the instance.
-- Returns: one row (none for an instance without GPUs): the GPU, what providers are told of it, and the
--   iterations that its model is given.
-- Calls: device_info.
-- Tables: instance_nodes, nodes, rigger.gpu_models (read).
create or replace function rigger.draw_gpu(p_instance_id text)
returns table (gpu_uuid text, device_info json, iterations integer)
language sql
volatile
as $$
  select n.uuid, rigger.device_info(n.uuid), m.iterations
  from public.instance_nodes a
  join public.nodes n on n.uuid = a.node_id
  join rigger.gpu_models m on m.model = lower(n.gpu_identifier collate "C")
  where a.instance_id = p_instance_id
  order by random()
  limit 1
$$;
comment on function rigger.draw_gpu(text) is 'Draws the GPU of an instance that has to solve its challenge.';
