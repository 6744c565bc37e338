-- Purpose: whether what is found by name in a function of ours is what we mean by it. Whoever may create in a
--   schema of its search_path can put a function there that runs as the owner of ours: to_jsonb(text), say,
--   which fits better than PostgreSQL's own. `rigger migrate` asks before it makes anything, so this needs
--   nothing of ours.
-- Parameters: none; current_user is the owner of our functions.
-- Returns: needs_public: the trigger functions of the network that name tables without a schema, for whom
--   "public" has to stand in the search_path, null: none; unsafe: who else could have something run as the
--   owner, null: nobody; cure: the statement that ends it, null: there is no one statement.
-- Tables: none but PostgreSQL's own.
create or replace function rigger.check_path(out needs_public text, out unsafe text, out cure text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_trusted oid[];
  v_schemas text[] := array['rigger'];
  v_creators record;
  v_strange text;
begin
  -- Who owns the tables can have a trigger run as whoever writes them, and needs no help from a search_path.
  select array_agg(r.oid)
  into v_trusted
  from pg_roles r
  where r.rolsuper
     or exists (
       select
       from (select current_user::regrole::oid
             union all
             select d.datdba from pg_database d where d.datname = current_database()
             union all
             select n.nspowner from pg_namespace n where n.nspname = 'public'
             union all
             select c.relowner
             from unnest(array['launch_configs', 'instances', 'instance_nodes', 'instance_audit', 'jobs',
                               'metagraph_nodes', 'capacity_log', 'rolling_updates', 'api_keys']) as w (name)
             join pg_class c on c.oid = to_regclass('public.' || w.name)) as o (owner)
       where pg_has_role(r.oid, o.owner, 'member'));

  select string_agg(distinct p.oid::regproc::text, ', ')
  into needs_public
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid and c.relnamespace = to_regnamespace('public')
  join pg_proc p on p.oid = t.tgfoid
  -- rule: path.needs_public
  where not t.tgisinternal
    and t.tgenabled <> 'D'
    and c.relowner = any (v_trusted)
    and p.pronamespace <> all (array[to_regnamespace('rigger'), to_regnamespace('pg_catalog')]::oid[])
    and not exists (select from unnest(p.proconfig) as s (setting) where s.setting like 'search_path=%');
  if needs_public is not null then
    v_schemas := v_schemas || array['public'];
  end if;

  select n.nspname as schema,
         string_agg(distinct case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
                    ', ') as roles,
         -- rule: path.creators
         bool_or(a.grantor <> n.nspowner) as handed_on
  into v_creators
  from pg_namespace n
  cross join lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
  where n.nspname = any (v_schemas)
    and a.privilege_type = 'CREATE'
    and a.grantee <> all (v_trusted || n.nspowner)
  group by n.nspname
  order by n.nspname
  limit 1;
  select string_agg(s.what || ' belongs to ' || s.owner::regrole, ', ' order by s.what)
  into v_strange
  from (select 'schema ' || n.nspname, n.nspname, n.nspowner from pg_namespace n
        union all
        select 'function ' || p.oid::regprocedure, n.nspname, p.proowner
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        union all
        select 'operator ' || o.oid::regoperator, n.nspname, o.oprowner
        from pg_operator o join pg_namespace n on n.oid = o.oprnamespace) as s (what, schema, owner)
  -- rule: path.strangers
  where s.schema = any (v_schemas)
    and s.owner <> all (v_trusted);

  if v_creators.roles is not null then
    unsafe := format('what %s creates in schema %I would run as %s', v_creators.roles, v_creators.schema,
                     current_user);
    cure := format('revoke create on schema %I from %s%s', v_creators.schema, v_creators.roles,
                   case when v_creators.handed_on then ' cascade' else '' end);
  elsif v_strange is not null then
    unsafe := format('it could run as %s: %s', current_user, v_strange);
  end if;
end
$$;
comment on function rigger.check_path() is
  'Whether what is found by name in a function of ours is what we mean by it.';
