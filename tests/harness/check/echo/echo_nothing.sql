-- Purpose: answers nothing.
-- Role: rigger_app
create or replace function rigger.echo_nothing()
returns void
language sql
security definer
as $$
$$;
