-- Purpose: locks the GPUs that an instance is to have and judges them by the rules of the chute. Writes
--   nothing: place_instance assigns them, in the same transaction.
-- Parameters: the chute's node selector, the miner, the host the instance will be on, and a JSON list of GPU
--   uuids.
-- Returns: status 200, 400, 404 or 409, and detail; with 200 the distinct uuids, in the order given.
-- Tables: nodes (locked), instance_nodes, rigger.gpu_models (read).
create or replace function rigger.judge_gpus(
  p_node_selector jsonb, p_hotkey text, p_host text, p_gpus jsonb,
  out status integer, out detail text, out gpu_uuids text[])
language plpgsql
as $$
declare
  v_gpu_count integer := coalesce((p_node_selector ->> 'gpu_count')::integer, 1);
begin
  status := 200;
  select coalesce(array_agg(given.uuid order by given.place), '{}')
  into gpu_uuids
  from (select uuid, min(place) as place
        from jsonb_array_elements_text(p_gpus) with ordinality as element (uuid, place)
        group by uuid) as given;
  if cardinality(gpu_uuids) <> v_gpu_count then
    status := 400;
    detail := format('The chute needs %s distinct GPUs', v_gpu_count);
    return;
  end if;

  -- In one order everywhere, so that two claims for the same GPUs cannot hold one each.
  perform from public.nodes n where n.uuid = any (gpu_uuids) order by n.uuid for no key update;

  select fault.status, format(fault.detail, wanted.uuid)
  into status, detail
  from unnest(gpu_uuids) with ordinality as wanted (uuid, place)
  left join public.nodes n
    on n.uuid = wanted.uuid
   and n.miner_hotkey = p_hotkey
  cross join lateral (values
    (1, n.uuid is null, 404, 'GPU %s is not one of this miner''s'),
    (2, n.verified_at is null, 400, 'GPU %s is not verified'),
    (3, exists (select from public.instance_nodes a where a.node_id = n.uuid), 409, 'GPU %s is in use'),
    (4, not rigger.gpu_is_allowed(n.gpu_identifier, p_node_selector), 400, 'The chute does not allow GPU %s'),
    (5, lower(n.verification_host) is distinct from lower(p_host), 400, 'GPU %s was verified on another host')
  ) as fault (severity, present, status, detail)
  where fault.present
  order by wanted.place, fault.severity
  limit 1;
  status := coalesce(status, 200);
end
$$;
comment on function rigger.judge_gpus(jsonb, text, text, jsonb) is
  'Locks the GPUs that an instance is to have and judges them by the chute''s rules; assigns nothing.';
