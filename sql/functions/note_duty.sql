-- Purpose: the background process says how a duty went, where it failed or is well again.
-- Parameters: the duty, the error (null: it did what it has to).
-- Returns: nothing.
-- Calls: bound_waits.
-- Tables: rigger.duties (written).
-- Role: rigger_app
create or replace function rigger.note_duty(p_duty text, p_error text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_slow');
  -- rule: duty.well
  delete from rigger.duties d where d.duty = p_duty and p_error is null;
  insert into rigger.duties as d (duty, error)
  select p_duty, left(p_error, 100)
  where p_error is not null
  on conflict (duty) do update
  -- rule: duty.failures
  set failures = d.failures + 1, error = excluded.error, failed_at = now();
end
$$;
comment on function rigger.note_duty(text, text) is
  'The background process says how a duty went, where it failed or is well again.';
