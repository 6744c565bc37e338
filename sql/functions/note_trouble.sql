-- Purpose: a background duty could not do one item, and passes it over for a while.
-- Parameters: the duty, the item's id, SQLSTATE and message of the error.
-- Returns: when the item may be tried again.
-- Tables: rigger.troubles (written).
create or replace function rigger.note_trouble(p_duty text, p_item text, p_sqlstate text, p_error text)
returns timestamptz
language sql
as $$
  insert into rigger.troubles as t (duty, item, sqlstate, error, retry_at)
  values (p_duty, p_item, p_sqlstate, left(p_error, 500), now() + interval '1 minute')
  on conflict (duty, item) do update
  set failures = t.failures + 1, sqlstate = excluded.sqlstate, error = excluded.error, failed_at = now(),
      -- rule: trouble.pause
      retry_at = now() + least(interval '1 minute' * power(2, least(t.failures, 10)), interval '1 hour')
  returning retry_at
$$;
comment on function rigger.note_trouble(text, text, text, text) is
  'A background duty could not do one item, and passes it over for a while.';
