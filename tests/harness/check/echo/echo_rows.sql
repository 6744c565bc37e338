-- Purpose: answers so many rows, the second one of nulls.
-- Role: rigger_app
create or replace function rigger.echo_rows(p_count integer)
returns table (number integer, even boolean, name text)
language sql
security definer
as $$
  select n, n % 2 = 0, 'row ' || n
  from generate_series(1, p_count) n
  where n <> 2
  union all
  select null, null, null
  where p_count > 1
$$;
