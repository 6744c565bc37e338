-- Who may do what. rigger_app, what the responder runs as: the functions that it calls and nothing else.
-- rigger_read: the views. rigger_admin: the views, the functions that steer, the two tables that hold
-- settings, the limits (whose rows it may change, but neither add nor delete), and the catalogue of refusals,
-- to read. The functions of a role are those whose file names it in its line "-- Role:"; the build makes
-- grants.sql of these lines, which runs after this.

do $$
declare
  missing text;
begin
  for missing in
    select wanted.role
    from unnest(array['rigger_app', 'rigger_read', 'rigger_admin']) as wanted (role)
    where not exists (select from pg_roles r where r.rolname = wanted.role)
  loop
    begin
      execute format('create role %I nologin', missing);
    exception
      when insufficient_privilege then
        raise notice 'role % is missing and % may not create it', missing, current_user
          using hint = format('Have an account with CREATEROLE run "create role %I", then migrate again.',
                              missing);
      when duplicate_object or unique_violation then
        null;
    end;
  end loop;
end
$$;

revoke all on schema rigger from public;
revoke all on all functions in schema rigger from public;

do $$
declare
  granted record;
begin
  for granted in
    select role, format('select on %s', c.oid::regclass) as what
    from unnest(array['rigger_read', 'rigger_admin']) as role
    join pg_class c
      on c.relnamespace = 'rigger'::regnamespace
     and c.relkind = 'v'
    union all
    select role, 'usage on schema rigger'
    from unnest(array['rigger_app', 'rigger_read', 'rigger_admin']) as role
    union all
    values
      ('rigger_admin', 'select, insert, update, delete on rigger.gpu_models'),
      ('rigger_admin', 'select, insert, update, delete on rigger.settings'),
      ('rigger_admin', 'select, update on rigger.limits'),
      ('rigger_admin', 'select on rigger.refusals')
  loop
    continue when not exists (select from pg_roles r where r.rolname = granted.role);
    execute format('grant %s to %I', granted.what, granted.role);
  end loop;
end
$$;
