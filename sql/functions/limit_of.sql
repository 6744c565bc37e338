-- Purpose: the value of a limit, as it stands in rigger.limits now. In a query,
--   "(select rigger.limit_of('…'))" looks it up once and not for every row. Views read the table
--   themselves: who may look at a view may not execute this.
-- Parameters: the limit's name.
-- Returns: its value, in the unit of its row; an unknown name is an error.
-- Tables: rigger.limits (read).
create or replace function rigger.limit_of(p_name text)
returns numeric
language plpgsql
stable
as $$
declare
  v_value numeric;
begin
  select l.value into v_value from rigger.limits l where l.name = p_name;
  if not found then
    raise exception 'there is no limit "%"', p_name using errcode = 'undefined_object';
  end if;
  return v_value;
end
$$;
comment on function rigger.limit_of(text) is 'The value of a limit; an unknown name is an error.';
