-- Purpose: a list of texts out of a JSON document that others wrote.
-- Parameters: the value.
-- Returns: the texts in lower case; null for what is no list of texts.
-- Tables: none.
create or replace function rigger.json_texts(p_value jsonb)
returns text[]
language plpgsql
immutable
as $$
begin
  -- rule: json.texts
  if jsonb_typeof(p_value) is distinct from 'array'
     or jsonb_path_exists(p_value, 'strict $[*] ? (@.type() != "string")') then
    return null;
  end if;
  return array(select lower(element collate "C") from jsonb_array_elements_text(p_value) as element);
end
$$;
comment on function rigger.json_texts(jsonb) is
  'A list of texts out of a JSON document that others wrote, in lower case; null for what is none.';
