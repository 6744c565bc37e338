-- Purpose: a limit in seconds as an interval. In a query, "(select rigger.limit_interval('…'))" looks it up
--   once and not for every row.
-- Parameters: the limit's name.
-- Returns: the interval; a name that is unknown, or of a limit with another unit, is an error.
-- Tables: rigger.limits (read).
create or replace function rigger.limit_interval(p_name text)
returns interval
language plpgsql
stable
as $$
declare
  v_interval interval;
begin
  select l.value * interval '1 second'
  into v_interval
  from rigger.limits l
  where l.name = p_name and l.unit = 'seconds';
  if not found then
    raise exception 'there is no limit "%" in seconds', p_name using errcode = 'undefined_object';
  end if;
  return v_interval;
end
$$;
comment on function rigger.limit_interval(text) is
  'A limit in seconds as an interval; an unknown name is an error.';
