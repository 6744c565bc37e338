-- Purpose: an SDK version as numbers that compare: missing ones are 0, letters behind them do not count.
-- Parameters: the version; null and nonsense come before everything.
-- Returns: four numbers.
-- Tables: none.
create or replace function rigger.version_parts(p_version text)
returns numeric[]
language sql
immutable
as $$
  select array[coalesce(p[1], 0), coalesce(p[2], 0), coalesce(p[3], 0), coalesce(p[4], 0)]
  from (select string_to_array(substring(p_version from '^[0-9]+(?:\.[0-9]+)*'), '.')::numeric[] as p)
    as parts
$$;
comment on function rigger.version_parts(text) is 'An SDK version as numbers that compare.';
