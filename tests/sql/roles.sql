begin;
select plan(18);

create function pg_temp.executable(p_role text) returns setof text language sql
as $$
  select distinct proname::text
  from pg_proc
  where pronamespace = 'rigger'::regnamespace
    and has_function_privilege(p_role, oid, 'execute')
$$;

select has_role('rigger_app', 'rigger_app exists');
select has_role('rigger_read', 'rigger_read exists');
select has_role('rigger_admin', 'rigger_admin exists');

create role stranger;
select is_empty($$ select pg_temp.executable('stranger') $$, 'a stranger may execute nothing');
select is(has_schema_privilege('stranger', 'rigger', 'usage'), false, 'nor look into the schema');
select set_has(
  $$ select pg_temp.executable('rigger_app') $$,
  $$ values ('ready'), ('authenticate_hotkey'), ('issue_launch_config'), ('describe_claim'),
            ('abandon_attempt'), ('claim_launch_config'), ('store_challenge'), ('undo_claim'),
            ('begin_verification'), ('finish_verification'), ('activate_launch_config'),
            ('delete_instance') $$,
  'rigger_app may execute what the endpoints call');
select set_hasnt(
  $$ select pg_temp.executable('rigger_app') $$,
  $$ values ('fail_launch_config'), ('remove_instance'), ('place_instance'), ('set_target'),
            ('set_limit'), ('blacklist'), ('evict') $$,
  'and not what they are made of, nor what administrators do');
select is_empty(
  $$ select c.oid::regclass
     from pg_class c
     where c.relnamespace in ('rigger'::regnamespace, 'public'::regnamespace)
       and c.relkind in ('r', 'v', 'p')
       and c.relname !~ '^(pg_all_foreign_keys|tap_funky)$'
       and (has_table_privilege('rigger_app', c.oid, 'select, insert, update, delete')
            or has_table_privilege('rigger_read', c.oid, 'insert, update, delete')
            or c.relkind <> 'v' and has_table_privilege('rigger_read', c.oid, 'select')) $$,
  'rigger_app has no right on any table, rigger_read may read the views alone');
select set_eq(
  $$ select pg_temp.executable('rigger_admin') $$,
  $$ values ('ready'), ('warnings'), ('status'), ('reap'), ('check_documents'), ('check_invariants'),
            ('set_target'), ('target_is_told'), ('set_limit'),
            ('blacklist'), ('evict'), ('requeue_verification'), ('take_events'), ('acknowledge_events'),
            ('prune_events'), ('forget_consumer') $$,
  'rigger_admin may execute what steers, and not what endpoints call');
select set_eq(
  $$ select c.relname || ' ' || c.relkind::text
     from pg_class c
     where c.relnamespace in ('rigger'::regnamespace, 'public'::regnamespace)
       and c.relkind in ('r', 'v', 'p')
       and c.relname !~ '^(pg_all_foreign_keys|tap_funky)$'
       and has_table_privilege('rigger_admin', c.oid, 'select') $$,
  $$ select c.relname || ' v'
     from pg_class c
     where c.relnamespace = 'rigger'::regnamespace and c.relkind = 'v'
     union all values ('gpu_models r'), ('settings r'), ('limits r'), ('refusals r') $$,
  'rigger_admin may read the views, the two tables of settings, the limits and the refusals');
select is(
  has_table_privilege('rigger_admin', 'rigger.refusals',
                      'insert, update, delete, truncate, references, trigger'), false,
  'the catalogue of refusals is not its to change');
select is(
  has_table_privilege('rigger_admin', 'rigger.limits', 'update')
  and not has_table_privilege('rigger_admin', 'rigger.limits',
                              'insert, delete, truncate, references, trigger'),
  true, 'whose values it may change, and nothing else');
select is_empty($$ select pg_temp.executable('rigger_read') $$, 'rigger_read may execute nothing');
select is_empty(
  $$ select p.oid::regprocedure
     from pg_proc p
     where p.pronamespace = 'rigger'::regnamespace
       and (has_function_privilege('rigger_app', p.oid, 'execute')
            or has_function_privilege('rigger_admin', p.oid, 'execute'))
       and not p.prosecdef $$,
  'whatever may be executed runs as its owner');
select is_empty(
  $$ select p.oid::regprocedure
     from pg_proc p
     where p.pronamespace = 'rigger'::regnamespace
       and p.prosecdef
       and not coalesce(
         'search_path=pg_catalog, rigger, ' || (select case when c.needs_public is null then 'pg_temp'
                                                            else 'public, pg_temp' end
                                                from rigger.check_path() c) = any (p.proconfig), false) $$,
  'what runs as its owner looks into no schema that others write, "public" only where the network needs it');
select is_empty(
  $$ select p.oid::regprocedure
     from pg_proc p
     where p.pronamespace = 'rigger'::regnamespace
       and p.prorettype = 'trigger'::regtype
       and not exists (select from unnest(p.proconfig) as s (setting)
                       where s.setting ~ '^search_path=pg_catalog, (rigger, )?(public, )?pg_temp$') $$,
  'nor do our triggers');
select is_empty(
  $$ select p.oid::regprocedure
     from pg_proc p
     where p.pronamespace = 'rigger'::regnamespace
       and (p.prosecdef or p.prorettype = 'trigger'::regtype)
       and not coalesce('TimeZone=UTC' = any (p.proconfig), false) $$,
  'and, as every trigger function, in UTC: the Chutes network''s triggers write the session''s time');

select fixture.miner('alice'), fixture.chute('llm');
set local role rigger_app;
select coalesce(refusal, 'none') as refusal
from rigger.issue_launch_config('alice', 64, null, gen_random_uuid(), 'llm', null, 'key') \gset
reset role;
select is(:'refusal'::text, 'none', 'rigger_app can issue a launch config');

select * from finish();
rollback;
