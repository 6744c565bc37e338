-- Purpose: undoes what is overdue: claims that never got a challenge (60 s), challenges not answered within
--   their time limit (and a minute of grace, and no attempt's lease running), configs past the token's life,
--   instances of the older path that nothing verified (setting unverified_instance_seconds, default 3600);
--   forgets signatures older than 1200 s. One caller works at a time; the others find nothing to do.
-- Parameters: none.
-- Returns: a row for everything taken: kind, id, reason.
-- Calls: overdue_configs, fail_launch_config, remove_instance.
-- Tables: v_stuck (read), launch_configs, jobs, instances, rigger.challenges, rigger.used_signatures (written).
create or replace function rigger.reap()
returns table (kind text, id text, reason text)
language plpgsql
security definer
set search_path = pg_catalog, rigger, public, pg_temp
as $$
declare
  overdue record;
begin
  if not pg_try_advisory_xact_lock(hashtext('rigger.reap')) then
    return;
  end if;

  for overdue in
    select s.config_id, s.why
    from rigger.overdue_configs() s
    limit 500
  loop
    -- Whoever is at work on this config goes first; the next round looks again.
    perform from public.launch_configs l
    where l.config_id = overdue.config_id
      and l.failed_at is null
      and l.verified_at is null
    for no key update skip locked;
    continue when not found;
    if rigger.fail_launch_config(overdue.config_id, overdue.why) then
      kind := 'launch_config';
      id := overdue.config_id;
      reason := overdue.why;
      return next;
    end if;
  end loop;

  for overdue in
    select s.id as instance_id
    from rigger.v_stuck s
    where s.kind = 'instance'
      and s.taken_at < now()
    limit 500
  loop
    perform from public.instances i
    where i.instance_id = overdue.instance_id
      and not i.verified
    for update skip locked;
    continue when not found;
    kind := 'instance';
    id := overdue.instance_id;
    reason := 'never verified';
    if rigger.remove_instance(id, reason) then
      return next;
    end if;
  end loop;

  delete from rigger.used_signatures s where s.used_at < now() - interval '1200 seconds';
end
$$;
comment on function rigger.reap() is 'Undoes what is overdue; returns a row for everything taken.';
