-- Purpose: what /readyz asks: the version of the schema, whether this server takes writes, and whether the
--   database is of a generation that is served.
-- Parameters: none.
-- Returns: schema_version, as `rigger migrate` left it, null before the first run; writable; the generation
--   of the Chutes schema; unserved: why it is not to be served, null: it is, or an administrator accepted
--   that generation in writing (`rigger migrate --serve-unbilled`).
-- Calls: bound_waits, generation.
-- Tables: rigger.schema_version, rigger.settings (read).
-- Role: rigger_app, rigger_admin
create or replace function rigger.ready(
  out schema_version text, out writable boolean, out generation text, out unserved text)
language plpgsql
stable
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_found record;
begin
  perform rigger.bound_waits('lock.waited_fast');
  select v.version into schema_version from rigger.schema_version v;
  writable := not pg_is_in_recovery() and not current_setting('transaction_read_only')::boolean;
  select * into v_found from rigger.generation() g;
  generation := v_found.generation;
  -- rule: ready.accepted
  if not (v_found.may_be_accepted
          and exists (select from rigger.settings s
                      where s.key = 'serve_unbilled' and s.value = to_jsonb(v_found.generation))) then
    unserved := v_found.unserved;
  end if;
end
$$;
comment on function rigger.ready() is
  'Version of the schema, whether this server takes writes, and why it is not to be served.';
