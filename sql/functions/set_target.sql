-- Purpose: an administrator says how many instances a chute should have.
-- Parameters: the chute, the count.
-- Returns: false where there is no such chute.
-- Tables: chutes (read), capacity_log (written).
-- Role: rigger_admin
create or replace function rigger.set_target(p_chute_id text, p_count integer)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, rigger, public, pg_temp
set timezone = 'UTC'
as $$
begin
  if p_count is null or p_count < 0 then
    raise exception 'a target is a number from 0' using errcode = 'invalid_parameter_value';
  end if;
  perform from public.chutes c where c.chute_id = p_chute_id for no key update;
  if not found then
    return false;
  end if;
  insert into public.capacity_log (chute_id, "timestamp", target_count, instance_count, action_taken)
  select p_chute_id, clock_timestamp() at time zone 'utc', p_count, count(*), 'set by an administrator'
  from public.instances i
  where i.chute_id = p_chute_id;
  return true;
end
$$;
comment on function rigger.set_target(text, integer) is 'Says how many instances a chute should have.';
