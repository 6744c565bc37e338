-- Purpose: whether an instance may have these GPUs, by the rules of the chute. Binding only where the caller
--   holds the locks on the GPUs, and asks in a statement of its own after taking them.
-- Parameters: the chute and its node selector, the miner, the host the instance will be on, and a JSON list
--   of GPU uuids.
-- Returns: refusal and its subject, or the distinct uuids, in the order given.
-- Calls: read_node_selector, gpu_is_allowed, host_text, gpu_pause.
-- Tables: nodes, instance_nodes, rigger.gpu_models (read).
create or replace function rigger.check_gpus(
  p_chute_id text, p_node_selector jsonb, p_hotkey text, p_host text, p_gpus jsonb,
  out refusal text, out subject text, out gpu_uuids text[])
language plpgsql
as $$
declare
  v_selector record;
begin
  select * into v_selector from rigger.read_node_selector(p_node_selector);
  if v_selector.unreadable is not null then
    refusal := 'description_unusable';
    subject := format('%s of chute %s', v_selector.unreadable, p_chute_id);
    return;
  end if;
  select coalesce(array_agg(given.uuid order by given.place), '{}')
  into gpu_uuids
  from (select uuid, min(place) as place
        from jsonb_array_elements_text(p_gpus) with ordinality as element (uuid, place)
        group by uuid) as given;
  -- rule: gpu.count
  if cardinality(gpu_uuids) <> v_selector.gpu_count then
    refusal := 'gpu_count_wrong';
    subject := v_selector.gpu_count;
    return;
  end if;

  select rule.refusal, wanted.uuid
  into refusal, subject
  from unnest(gpu_uuids) with ordinality as wanted (uuid, place)
  left join public.nodes n
    on n.uuid = wanted.uuid
   -- rule: gpu.owner
   and n.miner_hotkey = p_hotkey
  cross join lateral (values
    (1, n.uuid is null, 'gpu_not_owned'),
    -- rule: gpu.verified
    (2, n.verified_at is null, 'gpu_not_verified'),
    -- rule: gpu.free
    (3, exists (select from public.instance_nodes a where a.node_id = n.uuid), 'gpu_in_use'),
    -- rule: gpu.allowed
    (4, not rigger.gpu_is_allowed(n.gpu_identifier, p_node_selector), 'gpu_not_allowed'),
    -- rule: gpu.host
    (5, rigger.host_text(n.verification_host) is distinct from rigger.host_text(p_host),
     'gpu_host_differs'),
    -- rule: gpu.pause
    (6, rigger.gpu_pause(n.uuid, p_hotkey) is not null, 'gpu_paused')
  ) as rule (severity, broken, refusal)
  where rule.broken
  order by wanted.place, rule.severity
  limit 1;
end
$$;
comment on function rigger.check_gpus(text, jsonb, text, text, jsonb) is
  'Whether an instance may have these GPUs, by the chute''s rules; takes no lock.';
