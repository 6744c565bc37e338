-- Purpose: a time as the API writes it.
-- Parameters: the time.
-- Returns: UTC, ISO 8601, microseconds, Z; null for null.
-- Tables: none.
create or replace function rigger.iso_time(p_time timestamptz)
returns text
language sql
stable
as $$
  select to_char(p_time at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
comment on function rigger.iso_time(timestamptz) is 'A time as the API writes it: UTC, ISO 8601.';
