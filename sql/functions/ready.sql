-- Purpose: what /readyz asks: the version of the schema, and whether this server takes writes.
-- Parameters: none.
-- Returns: schema_version, as `rigger migrate` left it, null before the first run; writable.
-- Tables: rigger.schema_version (read).
-- Role: rigger_app, rigger_admin
create or replace function rigger.ready(out schema_version text, out writable boolean)
language plpgsql
stable
security definer
set search_path = pg_catalog, rigger, public, pg_temp
set timezone = 'UTC'
as $$
begin
  select v.version into schema_version from rigger.schema_version v;
  writable := not pg_is_in_recovery() and not current_setting('transaction_read_only')::boolean;
end
$$;
comment on function rigger.ready() is 'Version of the schema, and whether this server takes writes.';
