-- Purpose: undoes a claim whose challenge could not be made: the config is as if never claimed, and its token
--   good. A claim that has failed, was undone before or has its challenge is left alone.
-- Parameters: the config, the instance that the claim made.
-- Returns: nothing.
-- Calls: bound_waits, read_permitted, free_job, remove_instance.
-- Tables: chutes, launch_configs, jobs (locked in this order, written), rolling_updates, rigger.placements
--   (written).
-- Role: rigger_app
create or replace function rigger.undo_claim(
  p_config_id text, p_instance_id text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_slow');
  perform from public.chutes c
  where c.chute_id = (select l.chute_id from public.launch_configs l where l.config_id = p_config_id)
  for no key update;
  perform from public.launch_configs l
  where l.config_id = p_config_id
    and l.failed_at is null
    -- rule: undo.challenged
    and l.seed = 0
  for no key update;
  if not found then
    return;
  end if;

  -- rule: undo.job
  perform rigger.free_job(p_instance_id);
  if not rigger.remove_instance(p_instance_id, 'no challenge could be made') then
    return;
  end if;
  update public.launch_configs l
  -- rule: undo.config
  set retrieved_at = null, host = null, port = null
  where l.config_id = p_config_id;
  update rigger.placements c
  set undone_at = now()
  where c.instance_id = p_instance_id;
  update public.rolling_updates u
  set permitted = jsonb_set(u.permitted, array[c.miner_hotkey],
                            to_jsonb((rigger.read_permitted(u.permitted, c.miner_hotkey)).quota + 1))
  from rigger.placements c
  where c.instance_id = p_instance_id
    -- rule: undo.quota
    and c.quota_taken
    and u.chute_id = c.chute_id
    -- Nothing is given back where the update is another one by now, which says nothing of this miner.
    and u.permitted ? c.miner_hotkey
    and (rigger.read_permitted(u.permitted, c.miner_hotkey)).unreadable is null;
end
$$;
comment on function rigger.undo_claim(text, text) is
  'Undoes a claim whose challenge could not be made; the launch config is as if never claimed.';
