-- Purpose: the rules of a claim that ask for neither job nor GPUs: claimant, capacity, host, port, client
--   address, and what the checks of environment and filesystem found. Binding only where the caller holds the
--   locks on the chute and the config.
-- Parameters: the config; the host as the pod gave it, the service's port, the address the host was vetted
--   at (null: it was refused, or not looked at), the client's address; what the check of the host refuses,
--   and the failure that the checks of environment and filesystem found (null: nothing); the target that
--   Redis told (null: none), and whether capacity is judged.
-- Returns: refusal and its subject, and fails_config: whether it fails the config; or the record of the place
--   that capacity gives.
-- Calls: authenticate_hotkey, find_place, host_port_is_taken, host_text, limit_of.
-- Tables: rigger.refused_hosts, and those of what it calls (read).
create or replace function rigger.check_claim(
  p_config public.launch_configs, p_netuid integer, p_host text, p_port integer, p_address text,
  p_client text, p_host_refusal text, p_failure text, p_target integer,
  p_judges_capacity boolean,
  out refusal text, out subject text, out fails_config boolean, out placement rigger.placements)
language plpgsql
as $$
declare
  v_place record;
begin
  fails_config := false;
  select a.refusal
  into refusal
  -- rule: claim.blacklist
  from rigger.authenticate_hotkey(p_config.miner_hotkey, p_netuid, null, null) a;
  if refusal is not null then
    return;
  end if;

  if p_judges_capacity then
    select *
    into v_place
    -- rule: claim.target
    from rigger.find_place(p_config.chute_id, p_config.miner_hotkey, p_config.job_id, p_target);
    -- rule: claim.capacity
    refusal := v_place.refusal;
    subject := v_place.subject;
    placement := v_place.placement;
    if refusal is not null then
      return;
    end if;
  end if;

  -- rule: claim.host_port
  if rigger.host_port_is_taken(p_host, p_port) then
    refusal := 'host_port_taken';
    return;
  end if;
  -- rule: claim.host
  if p_host_refusal is not null then
    refusal := p_host_refusal;
  -- rule: claim.job_host
  elsif p_config.job_id is not null and p_address is not null
        and rigger.host_text(p_client) is distinct from host(p_address::inet) then
    refusal := 'job_host_differs';
  end if;
  if refusal is not null then
    -- rule: claim.hosts_refused
    fails_config := 1 + coalesce((select r.times from rigger.refused_hosts r
                                  where r.config_id = p_config.config_id), 0)
                    >= rigger.limit_of('claim.hosts_refused');
  -- rule: claim.failure
  elsif p_failure is not null then
    refusal := p_failure;
    -- rule: claim.fails_config
    fails_config := true;
  end if;
end
$$;
comment on function rigger.check_claim(
  public.launch_configs, integer, text, integer, text, text, text, text, integer, boolean) is
  'The rules of a claim on claimant, capacity, host, port, client address, environment and filesystem.';
