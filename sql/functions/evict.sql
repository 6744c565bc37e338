-- Purpose: an administrator takes an instance away: audited and announced like a deletion. A running job of
--   it ends, its config can neither verify nor activate any more.
-- Parameters: the instance, the reason.
-- Returns: false where there is none.
-- Calls: bound_waits, cut_text, refusal_text, end_job, fail_launch_config, remove_instance.
-- Tables: launch_configs, jobs, instances (locked in this order, written) and what fail_launch_config writes.
-- Role: rigger_admin
create or replace function rigger.evict(p_instance_id text, p_reason text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_config_id text;
  v_reason constant text := coalesce(nullif(rigger.cut_text(p_reason, 1000), ''),
                                    rigger.refusal_text('evicted'));
begin
  perform rigger.bound_waits('lock.waited_slow');
  select i.config_id
  into v_config_id
  from public.instances i
  where i.instance_id = p_instance_id;
  if not found then
    return false;
  end if;
  perform from public.launch_configs l where l.config_id = v_config_id for no key update;
  perform from public.jobs j where j.instance_id = p_instance_id for no key update;
  -- A claim that was undone meanwhile has left its config good.
  perform from public.instances i where i.instance_id = p_instance_id for update;
  if not found then
    return false;
  end if;
  -- rule: evict.job
  perform rigger.end_job(p_instance_id, v_reason, false);
  -- rule: evict.config
  return rigger.fail_launch_config(v_config_id, 'evicted', null, v_reason)
    or rigger.remove_instance(p_instance_id, v_reason);
end
$$;
comment on function rigger.evict(text, text) is
  'An administrator takes an instance away: audited, announced, its job ended, its config failed.';
