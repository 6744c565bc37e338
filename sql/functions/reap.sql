-- Purpose: undoes what is overdue by v_stuck: launches that have not come further in time fail, instances of
--   an old SDK that nothing verified in time go; forgets old signatures and failed proofs. One caller works
--   at a time; the others find nothing to do. What one call leaves, because it is more than the limit
--   reaper.taken or in somebody's hands, the next one takes. One that fails does not stop the others: it is
--   in rigger.troubles, and tried again later.
-- Parameters: none.
-- Returns: a row for everything taken: kind, id, reason.
-- Calls: bound_waits, limit_of, limit_interval, refusal_text, note_trouble, fail_launch_config, end_job,
--   remove_instance.
-- Tables: rigger.v_launches, rigger.v_stuck (read), launch_configs, jobs, instances, rigger.challenges,
--   rigger.used_signatures, rigger.failed_proofs, rigger.troubles (written).
-- Role: rigger_app, rigger_admin
create or replace function rigger.reap()
returns table (kind text, id text, reason text)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
set jit = off
as $$
declare
  overdue record;
begin
  perform rigger.bound_waits('lock.waited_slow');
  if not pg_try_advisory_xact_lock(hashtext('rigger.reap')) then
    return;
  end if;

  for overdue in
    select l.config_id, l.late_failure
    from rigger.v_launches l
    where l.open
      -- rule: reap.launches
      and l.until < now()
      and not exists (select from rigger.troubles t
                      -- rule: reap.launch_later
                      where t.duty = 'reaper' and t.item = l.config_id and t.retry_at > now())
    -- rule: reap.count
    limit rigger.limit_of('reaper.taken')
  loop
    begin
      -- Whoever is at work on this config goes first; the next round looks again.
      perform from public.launch_configs l
      where l.config_id = overdue.config_id
        and l.failed_at is null
        and l.verified_at is null
      for no key update skip locked;
      continue when not found;
      -- It may have come further since this round looked.
      select l.config_id, l.late_failure
      into overdue
      from rigger.v_launches l
      where l.config_id = overdue.config_id
        and l.open
        and l.until < now();
      continue when not found;
      if rigger.fail_launch_config(overdue.config_id, overdue.late_failure) then
        kind := 'launch_config';
        id := overdue.config_id;
        reason := rigger.refusal_text(overdue.late_failure);
        return next;
      end if;
    exception
      when lock_not_available or deadlock_detected then
        null;
      when others then
        perform rigger.note_trouble('reaper', overdue.config_id, sqlstate, sqlerrm);
    end;
  end loop;

  for overdue in
    select s.id as instance_id
    from rigger.v_stuck s
    where s.kind = 'instance'
      -- rule: reap.instances
      and s.taken_at < now()
      and not exists (select from rigger.troubles t
                      -- rule: reap.instance_later
                      where t.duty = 'reaper' and t.item = s.id and t.retry_at > now())
    limit rigger.limit_of('reaper.taken')
  loop
    begin
      -- The job before the instance, as everywhere. No instance of an old SDK should hold one.
      perform from public.jobs j where j.instance_id = overdue.instance_id for no key update;
      perform from public.instances i
      where i.instance_id = overdue.instance_id
        and i.verified is not true
      for update skip locked;
      continue when not found;
      kind := 'instance';
      id := overdue.instance_id;
      reason := rigger.refusal_text('never_verified');
      -- rule: reap.job
      perform rigger.end_job(id, reason, false);
      if rigger.remove_instance(id, reason) then
        return next;
      end if;
    exception
      when lock_not_available or deadlock_detected then
        null;
      when others then
        perform rigger.note_trouble('reaper', overdue.instance_id, sqlstate, sqlerrm);
    end;
  end loop;

  -- What could be tried again and is not in trouble again is done.
  delete from rigger.troubles t
  where t.duty = 'reaper'
    -- rule: reap.trouble_over
    and t.retry_at <= now();
  -- rule: reap.signatures
  delete from rigger.used_signatures s
  where s.used_at < now() - rigger.limit_interval('signature.remembered');
  -- rule: reap.proofs
  delete from rigger.failed_proofs f
  where f.failed_at < now() - rigger.limit_interval('proof.remembered');
end
$$;
comment on function rigger.reap() is 'Undoes what is overdue; returns a row for everything taken.';
