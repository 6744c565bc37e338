-- Purpose: holds a claim that may wait for its challenge longer than the limit claim.challenge_stored_within:
--   the provider of the proof of work may take minutes.
-- Parameters: the instance that the claim made, how long in ms.
-- Returns: nothing.
-- Calls: bound_waits.
-- Tables: rigger.placements (written).
-- Role: rigger_app
create or replace function rigger.hold_claim(
  p_instance_id text, p_lease_ms integer)
returns void
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_slow');
  update rigger.placements p
  set held_until = clock_timestamp() + p_lease_ms * interval '1 millisecond'
  where p.instance_id = p_instance_id;
end
$$;
comment on function rigger.hold_claim(text, integer) is
  'Holds a claim that waits for its challenge for longer than the limit.';
