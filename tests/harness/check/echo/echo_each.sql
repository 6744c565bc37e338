-- Purpose: answers one value so many times.
-- Role: rigger_app
create or replace function rigger.echo_each(p_value bigint, p_count integer)
returns setof bigint
language sql
security definer
as $$
  select p_value from generate_series(1, p_count)
$$;
