-- Has "public" in the search_path of what runs as the owner, and of our triggers, where the network's own
-- trigger functions need it: they name tables without a schema. `rigger migrate` has looked before that
-- nobody else may create there.

do $$
declare
  changed record;
begin
  if (select c.needs_public from rigger.check_path() c) is null then
    return;
  end if;
  for changed in
    select p.oid::regprocedure as function,
           replace(substr(s.setting, length('search_path=') + 1), 'pg_temp', 'public, pg_temp') as path
    from pg_proc p
    cross join unnest(p.proconfig) as s (setting)
    where p.pronamespace = 'rigger'::regnamespace
      and (p.prosecdef or p.prorettype = 'trigger'::regtype)
      and s.setting like 'search_path=%'
  loop
    execute format('alter function %s set search_path = %s', changed.function, changed.path);
  end loop;
end
$$;
