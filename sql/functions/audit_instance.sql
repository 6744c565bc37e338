-- Purpose: trigger on instances that keeps the audit: one row for each instance ever made, with the time it
--   was first verified and the time it went. Installed where the database has no such trigger of its own.
-- Parameters: none; the row that is written.
-- Returns: that row, as a trigger has to.
-- Tables: instance_audit (written).
create or replace function rigger.audit_instance()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
begin
  if tg_op = 'INSERT' then
    insert into public.instance_audit
      (instance_id, chute_id, version, created_at, miner_uid, miner_hotkey, region)
    values (new.instance_id, new.chute_id, new.version, now() at time zone 'utc', new.miner_uid::text,
            new.miner_hotkey, new.region);
  elsif tg_op = 'UPDATE' then
    update public.instance_audit a
    set verified_at = new.last_verified_at at time zone 'utc'
    where a.instance_id = new.instance_id
      and a.verified_at is null;
  else
    update public.instance_audit a
    set deleted_at = now() at time zone 'utc'
    where a.instance_id = old.instance_id
      and a.deleted_at is null;
    return old;
  end if;
  return new;
end
$$;
comment on function rigger.audit_instance() is 'Trigger: keeps instance_audit.';
