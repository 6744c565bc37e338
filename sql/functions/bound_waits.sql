-- Purpose: what every function that is called from outside does first. It bounds how long the transaction
--   waits for one lock: whoever holds a row for long (an administrator, a migration) costs each request that
--   needs it this long, and those that do not need it nothing. And it has the server's warnings told, because
--   that no standby has confirmed a commit is a warning. Both end with the transaction: nothing stays on a
--   connection that a pooler hands to somebody else. Where functions call each other the first bound holds.
-- Parameters: the name of the limit.
-- Returns: nothing.
-- Calls: limit_of.
-- Tables: none.
create or replace function rigger.bound_waits(p_limit text)
returns void
language plpgsql
as $$
declare
  v_mark constant text := extract(epoch from now())::text;
begin
  -- A mark of another transaction, which a session may have been left with, is another time.
  -- rule: waits.first_bound
  if current_setting('rigger.bounded_at', true) = v_mark then
    return;
  end if;
  -- rule: waits.bounded
  perform set_config('lock_timeout', rigger.limit_of(p_limit)::text, true),
          set_config('rigger.bounded_at', v_mark, true);
  -- rule: waits.warnings
  if current_setting('client_min_messages') = 'error' then
    perform set_config('client_min_messages', 'warning', true);
  end if;
end
$$;
comment on function rigger.bound_waits(text) is
  'Bounds how long this transaction waits for a lock, and has warnings told.';
