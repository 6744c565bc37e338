-- Who may do what. rigger_app, what the responder runs as: the endpoint functions and nothing else.
-- rigger_read: the views. rigger_admin: the views, the functions that steer, the two tables that hold settings, and the limits
-- (whose rows it may change, but neither add nor delete).

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
    select g.role, format('execute on function %s', p.oid::regprocedure) as what
    from (values
      ('rigger_app', array[
        'ready', 'authenticate_hotkey', 'find_api_key', 'touch_api_key', 'find_user',
        'issue_launch_config', 'describe_claim', 'claim_launch_config',
        'store_challenge', 'release_claim', 'begin_verification', 'release_attempt', 'finish_verification',
        'activate_launch_config', 'create_instance', 'activate_instance', 'delete_instance',
        'take_verification', 'finish_background_verification', 'reap', 'take_messages', 'acknowledge_events',
        'prune_events']),
      ('rigger_admin', array[
        'ready', 'status', 'reap', 'check_invariants', 'set_target', 'blacklist', 'evict', 'requeue_verification',
        'take_events', 'acknowledge_events', 'prune_events', 'forget_consumer'])
    ) as g (role, functions)
    join pg_proc p
      on p.pronamespace = 'rigger'::regnamespace
     and p.proname = any (g.functions)
    union all
    select role, format('select on %s', c.oid::regclass)
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
      ('rigger_admin', 'select, update on rigger.limits')
  loop
    continue when not exists (select from pg_roles r where r.rolname = granted.role);
    execute format('grant %s to %I', granted.what, granted.role);
  end loop;
end
$$;
