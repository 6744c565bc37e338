-- Purpose: answers one value.
-- Role: rigger_app
create or replace function rigger.echo_one(p_first text, p_second text)
returns text
language sql
security definer
as $$
  select p_first || ' ' || p_second
$$;
