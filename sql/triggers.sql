-- Triggers on the Chutes tables. Audit and node history are installed where the database has no trigger of
-- its own that does the same. The trigger of the Chutes schema that frees a job lets a losing claimant reset
-- the winner's job: whatever its name, it makes way for ours.

do $$
declare
  wanted record;
  wrong name;
begin
  for wanted in
    select *
    from (values
      ('rigger_audit_insert', 'instances', 'instance_audit', 4, 'after insert', '', 'audit_instance'),
      ('rigger_audit_update', 'instances', 'instance_audit', 16, 'after update of last_verified_at',
       'when (old.last_verified_at is null and new.last_verified_at is not null)', 'audit_instance'),
      ('rigger_audit_delete', 'instances', 'instance_audit', 8, 'after delete', '', 'audit_instance'),
      ('rigger_node_history', 'instance_nodes', 'instance_node_history', 4, 'after insert', '',
       'record_instance_node')
    ) as wanted (trigger_name, source, target, event_bit, event, condition, function_name)
  loop
    continue when exists (
      select
      from pg_trigger t
      join pg_proc p on p.oid = t.tgfoid
      where t.tgrelid = format('public.%I', wanted.source)::regclass
        and not t.tgisinternal
        and t.tgenabled <> 'D'
        and t.tgtype & wanted.event_bit <> 0
        and p.pronamespace <> 'rigger'::regnamespace
        and p.prosrc ~* ('\m' || wanted.target || '\M'));
    execute format('create or replace trigger %I %s on public.%I'
                   ' for each row %s execute function rigger.%I()',
                   wanted.trigger_name, wanted.event, wanted.source, wanted.condition, wanted.function_name);
  end loop;

  for wrong in
    select t.tgname
    from pg_trigger t
    join pg_proc p on p.oid = t.tgfoid
    where t.tgrelid = 'public.launch_configs'::regclass
      and not t.tgisinternal
      and p.pronamespace <> 'rigger'::regnamespace
      and p.prosrc ~* '\mupdate\s+(only\s+)?("?public"?\.)?"?jobs\M'
  loop
    raise notice 'replacing trigger % on launch_configs: a losing claimant could reset the winner''s job',
      wrong;
    execute format('drop trigger %I on public.launch_configs', wrong);
  end loop;
end
$$;

create or replace trigger rigger_free_job
after update of failed_at on public.launch_configs
for each row
when (old.failed_at is null and new.failed_at is not null and new.job_id is not null)
execute function rigger.free_job_of_config();

create or replace trigger guard_limits
before insert or update or delete on rigger.limits
for each row
execute function rigger.guard_limits();

create or replace trigger guard_limits_truncate
before truncate on rigger.limits
for each statement
execute function rigger.guard_limits();

create or replace trigger guard_settings
before insert or update on rigger.settings
for each row
execute function rigger.guard_settings();
