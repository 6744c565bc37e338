-- Purpose: an administrator has an instance of an old SDK verified again.
-- Parameters: the instance.
-- Returns: false where there is no such instance of an old SDK, or a verification is open already.
-- Calls: bound_waits.
-- Tables: instances (locked), rigger.verifications (written).
-- Role: rigger_admin
create or replace function rigger.requeue_verification(p_instance_id text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_slow');
  perform from public.instances i
  where i.instance_id = p_instance_id
    and i.config_id is null
  for no key update;
  if not found then
    return false;
  end if;
  insert into rigger.verifications (instance_id)
  values (p_instance_id)
  on conflict (instance_id) where state in ('queued', 'running') do nothing;
  return found;
end
$$;
comment on function rigger.requeue_verification(text) is 'Has an instance of an old SDK verified again.';
