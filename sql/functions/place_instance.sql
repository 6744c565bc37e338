-- Purpose: writes a new instance with all that belongs to it: GPUs, vetted address, the record of its place,
--   a rolling update's quota, the event. Either all of it or, refused, nothing. The caller has checked the
--   rules and holds the locks on the chute and the GPUs. Here the unique constraints have the last word,
--   against writers that take no locks.
-- Parameters: the record of the place, from find_place, with instance_id and config_id (null: of an old SDK)
--   filled in; the miner's uid and coldkey; the host in any spelling, its vetted address, the port of the
--   service; the GPUs; the key that is shared with the pod, in hex; the port mappings (null: of an old SDK).
-- Returns: refusal and its subject; null: it is written.
-- Calls: read_permitted, host_text, emit_instance_event.
-- Tables: chutes (read), rolling_updates, instances, instance_nodes, rigger.vetted_addresses,
--   rigger.placements, rigger.events (written).
create or replace function rigger.place_instance(
  p_placement rigger.placements, p_miner_uid integer, p_miner_coldkey text, p_host text, p_address inet,
  p_port integer, p_gpu_uuids text[], p_symmetric_key text, p_port_mappings jsonb,
  out refusal text, out subject text)
language plpgsql
as $$
declare
  v_table text;
  v_column text;
begin
  -- rule: place.quota
  if p_placement.quota_taken then
    update public.rolling_updates u
    set permitted = jsonb_set(
          u.permitted, array[p_placement.miner_hotkey],
          to_jsonb((rigger.read_permitted(u.permitted, p_placement.miner_hotkey)).quota - 1))
    where u.chute_id = p_placement.chute_id
      and (rigger.read_permitted(u.permitted, p_placement.miner_hotkey)).quota >= 1;
    if not found then
      refusal := 'rolling_update_quota';
      return;
    end if;
  end if;

  insert into public.instances
    (instance_id, host, port, chute_id, version, miner_uid, miner_hotkey, miner_coldkey, region, active,
     verified, created_at, consecutive_failures, chutes_version, symmetric_key, config_id, port_mappings)
  -- rule: place.version
  select p_placement.instance_id, rigger.host_text(p_host), p_port, c.chute_id, c.version, p_miner_uid,
         p_placement.miner_hotkey, p_miner_coldkey, 'n/a', false, false, now(), 0, c.chutes_version,
         p_symmetric_key, p_placement.config_id, p_port_mappings
  from public.chutes c
  where c.chute_id = p_placement.chute_id;
  insert into public.instance_nodes (instance_id, node_id)
  select p_placement.instance_id, uuid
  from unnest(p_gpu_uuids) as uuid;
  insert into rigger.vetted_addresses (instance_id, address)
  values (p_placement.instance_id, p_address);
  insert into rigger.placements
    (instance_id, config_id, chute_id, miner_hotkey, rule, instances_before, instances_allowed, quota_taken)
  values
    (p_placement.instance_id, p_placement.config_id, p_placement.chute_id, p_placement.miner_hotkey,
     p_placement.rule, p_placement.instances_before, p_placement.instances_allowed, p_placement.quota_taken);
  -- rule: place.event
  perform rigger.emit_instance_event('instance_created', p_placement.instance_id);
exception
  when not_null_violation then
    get stacked diagnostics v_table = table_name, v_column = column_name;
    -- rule: place.no_version
    if (v_table, v_column) <> ('instances', 'version') then
      raise;
    end if;
    refusal := 'description_unusable';
    subject := format('version of chute %s', p_placement.chute_id);
  when unique_violation then
    get stacked diagnostics v_table = table_name;
    if v_table not in ('instances', 'instance_nodes') then
      raise;
    end if;
    -- rule: place.race
    refusal := case v_table when 'instances' then 'host_port_taken' else 'gpu_taken' end;
end
$$;
comment on function rigger.place_instance(
  rigger.placements, integer, text, text, inet, integer, text[], text, jsonb) is
  'Writes a new instance with its GPUs, address, placement and event.';
