-- Purpose: gives up an attempt that could not be decided (a service was away): the pod may try again at once.
--   An attempt that was decided, or that another has followed, is left alone.
-- Parameters: the config, the attempt.
-- Returns: nothing.
-- Calls: bound_waits.
-- Tables: launch_configs (locked), rigger.challenges (written).
-- Role: rigger_app
create or replace function rigger.abandon_attempt(
  p_config_id text, p_attempt_id uuid)
returns void
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_slow');
  perform from public.launch_configs l where l.config_id = p_config_id for no key update;
  update rigger.challenges c
  set attempt_id = null, attempt_at = null, lease_until = null
  where c.config_id = p_config_id
    -- rule: attempt.abandoned
    and c.attempt_id = p_attempt_id
    -- rule: attempt.decided
    and c.decided_at is null;
end
$$;
comment on function rigger.abandon_attempt(text, uuid) is
  'Gives up an attempt that could not be decided; the pod may try again.';
