-- Purpose: an API key's hash and account, for its verification. For the responder alone: it carries the hash.
-- Parameters: key id and user id as they stand in a key: 32 hex digits, a UUID without its dashes.
-- Returns: one row, none where there is no such key of that account: api_key_id, key_hash, admin, the
--   account's hotkey (null: none).
-- Calls: bound_waits.
-- Tables: api_keys, users (read).
-- Role: rigger_app
create or replace function rigger.find_api_key(p_key_id text, p_user_id text)
returns table (api_key_id text, key_hash text, admin boolean, hotkey text)
language plpgsql
stable
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_fast');
  return query
  select k.api_key_id::text, k.key_hash::text, coalesce(k.admin, false), nullif(u.hotkey, '')::text
  from public.api_keys k
  join public.users u on u.user_id = k.user_id
  where k.api_key_id in (p_key_id, p_key_id::uuid::text)
    and u.user_id in (p_user_id, p_user_id::uuid::text);
end
$$;
comment on function rigger.find_api_key(text, text) is
  'An API key''s hash and account, for its verification. Carries a hash.';
