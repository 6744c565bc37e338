-- Purpose: an integer out of a JSON document that others wrote, as pydantic reads one: 1, 1.0, "1", " 1.0 ",
--   true.
-- Parameters: the value.
-- Returns: the integer; null for what is none (null too: a caller who takes that for something says so
--   before).
-- Tables: none.
create or replace function rigger.json_integer(p_value jsonb)
returns integer
language plpgsql
immutable
as $$
declare
  v_number numeric;
begin
  -- Digits are counted before anything is converted: a numeric of JSON may have a hundred thousand of them.
  case jsonb_typeof(p_value)
    when 'number', 'string' then
      if p_value #>> '{}' ~ '^\s*[+-]?[0-9]{1,18}(\.0*)?\s*$' then
        v_number := btrim(p_value #>> '{}', E' \t\n\r\f\x0b')::numeric;
      end if;
    when 'boolean' then
      v_number := p_value::boolean::integer;
    else
      null;
  end case;
  -- rule: json.integer
  if v_number between -2147483648 and 2147483647 then
    return v_number;
  end if;
  return null;
end
$$;
comment on function rigger.json_integer(jsonb) is
  'An integer out of a JSON document that others wrote, as pydantic reads one; null for what is none.';
