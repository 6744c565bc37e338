-- Purpose: what a user token is verified with. For the responder alone: it carries the fingerprint's hash.
-- Parameters: the user id, as the token's sub claims it.
-- Returns: one row, none for an unknown user: the fingerprint hash, the account's hotkey (null: none).
-- Calls: bound_waits.
-- Tables: users (read).
-- Role: rigger_app
create or replace function rigger.find_user(p_user_id text)
returns table (fingerprint_hash text, hotkey text)
language plpgsql
stable
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_fast');
  return query
  select u.fingerprint_hash::text, nullif(u.hotkey, '')::text
  from public.users u
  where u.user_id = p_user_id
    and u.fingerprint_hash <> '';
end
$$;
comment on function rigger.find_user(text) is 'What a user token is verified with. Carries a hash.';
