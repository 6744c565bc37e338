-- Purpose: notes that an API key was used. The responder calls it when it has verified a key, which it
--   remembers for a minute, so that not every request writes.
-- Parameters: the key.
-- Returns: nothing.
-- Calls: bound_waits.
-- Tables: api_keys (written).
-- Role: rigger_app
create or replace function rigger.touch_api_key(p_api_key_id text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_fast');
  update public.api_keys k
  set last_used_at = now() at time zone 'utc'
  where k.api_key_id = p_api_key_id;
end
$$;
comment on function rigger.touch_api_key(text) is 'Notes that an API key was used.';
