-- Purpose: GET /instances/launch_config/{config_id}/activate: lets a verified instance take traffic. Later
--   calls change nothing.
-- Parameters: the config, the netuid.
-- Returns: refusal; null: none.
-- Calls: bound_waits, authenticate_hotkey, emit_instance_event.
-- Tables: launch_configs (read), instances (locked, written), rigger.placements, rigger.events (written).
-- Role: rigger_app
create or replace function rigger.activate_launch_config(
  p_config_id text, p_netuid integer, out refusal text)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_config record;
  v_instance_id text;
begin
  perform rigger.bound_waits('lock.waited_fast');
  select l.miner_hotkey, l.verified_at, l.failed_at, i.instance_id
  into v_config
  from public.launch_configs l
  left join public.instances i on i.config_id = l.config_id
  where l.config_id = p_config_id;

  if not found then
    refusal := 'config_unknown';
  -- rule: activate.verified
  elsif v_config.verified_at is null then
    refusal := 'config_not_verified';
  -- rule: activate.instance
  elsif v_config.instance_id is null then
    refusal := 'instance_gone';
  -- rule: activate.failed
  elsif v_config.failed_at is not null then
    refusal := 'config_failed';
  else
    select a.refusal
    into refusal
    -- rule: activate.blacklist
    from rigger.authenticate_hotkey(v_config.miner_hotkey, p_netuid, null, null) a;
  end if;
  if refusal is not null then
    return;
  end if;

  -- Of concurrent calls the row lets one through; the others find it active.
  update public.instances i
  set active = true, updated_at = now()
  where i.instance_id = v_config.instance_id
    and i.verified
    -- rule: activate.once
    and i.active is not true
    -- What others have disabled since is not for the pod to enable.
    -- rule: activate.ever
    and not exists (select from rigger.placements p
                    where p.instance_id = i.instance_id and p.activated_at is not null)
  returning i.instance_id
  into v_instance_id;
  if found then
    update rigger.placements p
    -- rule: activate.recorded
    set activated_at = now()
    where p.instance_id = v_instance_id;
    perform rigger.emit_instance_event('instance_activated', v_instance_id);
  else
    -- The lock makes a repeated answer wait for the standby that the first one waited for.
    -- rule: activate.repeat_confirmed
    perform from public.instances i where i.instance_id = v_config.instance_id for no key update;
    -- It may be gone since it was looked for: nothing that was not activated is told to be.
    if not found then
      refusal := 'instance_gone';
    end if;
  end if;
end
$$;
comment on function rigger.activate_launch_config(text, integer) is
  'GET /instances/launch_config/{config_id}/activate: lets a verified instance take traffic.';
