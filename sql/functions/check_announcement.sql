-- Purpose: the rules of an announcement that ask for no GPUs: chute, host and port, capacity. Binding only
--   where the caller holds the lock on the chute.
-- Parameters: the chute as it stands (null: it is unknown), the miner; the host as the miner gave it and the
--   port; what the host is refused for (null: nothing, or it was not looked at); the target that Redis told
--   (null: none), and whether capacity is judged.
-- Returns: refusal and its subject; or the record of the place that capacity gives.
-- Calls: sdk_features, host_port_is_taken, find_place.
-- Tables: those of what it calls (read).
create or replace function rigger.check_announcement(
  p_chute public.chutes, p_hotkey text, p_host text, p_port integer, p_host_refusal text, p_target integer,
  p_judges_capacity boolean,
  out refusal text, out subject text, out placement rigger.placements)
language plpgsql
as $$
declare
  v_place record;
begin
  if p_chute.chute_id is null then
    refusal := 'chute_not_found';
  -- rule: create.old_sdk
  elsif (rigger.sdk_features(p_chute.chutes_version)).uses_launch_configs then
    refusal := 'sdk_uses_launch_configs';
  -- rule: create.host_port
  elsif rigger.host_port_is_taken(p_host, p_port) then
    refusal := 'host_port_taken';
  -- rule: create.host
  elsif p_host_refusal is not null then
    refusal := p_host_refusal;
  end if;
  if refusal is not null or not p_judges_capacity then
    return;
  end if;

  -- rule: create.target
  select * into v_place from rigger.find_place(p_chute.chute_id, p_hotkey, null, p_target);
  -- rule: create.capacity
  refusal := v_place.refusal;
  subject := v_place.subject;
  placement := v_place.placement;
end
$$;
comment on function rigger.check_announcement(
  public.chutes, text, text, integer, text, integer, boolean) is
  'The rules of an announcement on chute, host and port, and capacity.';
