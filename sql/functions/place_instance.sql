-- Purpose: writes a new instance with all that belongs to it: GPUs, vetted address, the record of the place
--   it took, a rolling update's quota, the event. Either all of it or, refused, nothing. The rules were
--   judged by the caller, who holds the locks; here the unique constraints have the last word, against
--   writers that take no locks.
-- Parameters: the instance's row (what is null there and has a default gets it), its address, its GPUs, and
--   the record of its place, whose instance_id is the instance's.
-- Returns: refusal; null: it is written.
-- Calls: emit_instance_event.
-- Tables: rolling_updates, instances, instance_nodes, rigger.vetted_addresses, rigger.claims, rigger.events
--   (written).
create or replace function rigger.place_instance(
  p_instance public.instances, p_address inet, p_gpu_uuids text[], p_claim rigger.claims,
  out refusal text)
language plpgsql
as $$
declare
  v_table text;
begin
  if p_claim.quota_taken then
    update public.rolling_updates u
    set permitted = jsonb_set(u.permitted, array[p_claim.miner_hotkey],
                              to_jsonb((u.permitted ->> p_claim.miner_hotkey)::numeric - 1))
    where u.chute_id = p_claim.chute_id
      and (u.permitted ->> p_claim.miner_hotkey)::numeric >= 1;
    if not found then
      refusal := 'rolling_update_quota';
      return;
    end if;
  end if;

  insert into public.instances
    (instance_id, host, port, chute_id, version, miner_uid, miner_hotkey, miner_coldkey, region, active,
     verified, created_at, consecutive_failures, chutes_version, symmetric_key, config_id, port_mappings)
  values
    (p_instance.instance_id, p_instance.host, p_instance.port, p_instance.chute_id,
     coalesce(p_instance.version, ''), p_instance.miner_uid, p_instance.miner_hotkey,
     p_instance.miner_coldkey, coalesce(p_instance.region, 'n/a'), false, false, now(), 0,
     p_instance.chutes_version, p_instance.symmetric_key, p_instance.config_id, p_instance.port_mappings);
  insert into public.instance_nodes (instance_id, node_id)
  select p_instance.instance_id, uuid
  from unnest(p_gpu_uuids) as uuid;
  insert into rigger.vetted_addresses (instance_id, address)
  values (p_instance.instance_id, p_address);
  insert into rigger.claims
    (instance_id, config_id, chute_id, miner_hotkey, rule, instances_before, instances_allowed, quota_taken)
  values
    (p_instance.instance_id, p_instance.config_id, p_instance.chute_id, p_instance.miner_hotkey, p_claim.rule,
     p_claim.instances_before, p_claim.instances_allowed, p_claim.quota_taken);
  perform rigger.emit_instance_event('instance_created', p_instance.instance_id);
exception
  when unique_violation then
    get stacked diagnostics v_table = table_name;
    if v_table not in ('instances', 'instance_nodes') then
      raise;
    end if;
    refusal := case v_table when 'instances' then 'host_port_taken' else 'gpu_taken' end;
end
$$;
comment on function rigger.place_instance(public.instances, inet, text[], rigger.claims) is
  'Writes a new instance with its GPUs, address, capacity record and event.';
