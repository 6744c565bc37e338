-- Purpose: an administrator changes a limit. It holds at once, for every server on this database.
-- Parameters: the limit's name; the value (null: what it was at first).
-- Returns: false where there is no such limit; a value out of its bounds is an error that says which they
--   are.
-- Calls: bound_waits.
-- Tables: rigger.limits (written).
-- Role: rigger_admin
create or replace function rigger.set_limit(p_name text, p_value numeric)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_slow');
  update rigger.limits l
  set value = coalesce(p_value, l.initial)
  where l.name = p_name;
  return found;
end
$$;
comment on function rigger.set_limit(text, numeric) is
  'Changes a limit, which holds at once; a null value makes it what it was at first.';
