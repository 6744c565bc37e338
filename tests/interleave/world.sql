-- The world that ./dev interleave plays in: one chute with a place left, launches in every state of miners
-- who have few GPUs, a job that two want, instances of an old SDK. All that operations.py names stands here.
-- Loaded into a migrated database that has the fixture of the SQL tests.
--
-- A session that sets interleave.lock stops before the interleave.stop-th row that it writes, on that
-- advisory lock, until its holder lets it go. What a permutation leaves, interleave.reset() takes back.

create schema interleave;

create function interleave.pass() returns void language plpgsql
as $$
declare
  v_row constant integer := current_setting('interleave.row', true)::integer + 1;
begin
  perform set_config('interleave.row', v_row::text, true);
  if v_row = current_setting('interleave.stop')::integer then
    perform pg_advisory_xact_lock_shared(current_setting('interleave.lock')::integer);
  end if;
end
$$;
comment on function interleave.pass() is
  'Counts a row that this session writes, and stops before the chosen one.';

create function interleave.stop() returns trigger language plpgsql
as $$
begin
  if coalesce(current_setting('interleave.lock', true), '') <> '' then
    perform interleave.pass();
  end if;
  return coalesce(new, old);
end
$$;
comment on function interleave.stop() is 'Trigger on each table: before each row that is written.';

create view interleave.tables as
select c.oid::regclass as name
from pg_class c
where c.relkind = 'r'
  and c.relnamespace in ('public'::regnamespace, 'rigger'::regnamespace)
  and c.oid not in ('rigger.schema_version'::regclass, 'rigger.limits'::regclass,
                    'rigger.refusals'::regclass);
comment on view interleave.tables is 'The tables that operations write or read as data.';

do $$
declare
  v_table regclass;
begin
  for v_table in select name from interleave.tables loop
    execute format('create trigger aa_interleave before insert or update or delete on %s'
                   ' for each row execute function interleave.stop()', v_table);
  end loop;
end
$$;

-- Of the miners one has a GPU that two of its launches and an old SDK want.
select fixture.miner('ann'), fixture.miner('bob'), fixture.miner('cid');
select fixture.gpu('wanted', 'ann'), fixture.gpu('free', 'bob'), fixture.gpu('ann job', 'ann'),
       fixture.gpu('bob job', 'bob');
select fixture.chute('chute', 100);
select fixture.chute('jobs', 100, p_jobs => '[{"name": "train", "ports": []}]');
select fixture.chute('old', 1, p_chutes_version => '0.2.20');

select fixture.issue('a', 'ann', 'chute'), fixture.issue('b', 'ann', 'chute'),
       fixture.issue('c', 'bob', 'chute');
select fixture.gpu(stage || ' gpu', 'ann')
from unnest(array['claimed', 'challenged', 'attempted', 'verified', 'working']) as stage;
select fixture.gpu('active gpu', 'bob');
select fixture.live('claimed', 'claimed', 'chute', 'ann', 'claimed gpu', 20001);
select fixture.live('challenged', 'challenged', 'chute', 'ann', 'challenged gpu', 20002);
select fixture.live('attempted', 'challenged', 'chute', 'ann', 'attempted gpu', 20003);
select fixture.begin('attempted');
select fixture.live('verified', 'verified', 'chute', 'ann', 'verified gpu', 20004);
select fixture.live('active', 'active', 'chute', 'bob', 'active gpu', 20005);

-- A job that two want, and one at which an instance works that is being verified.
select fixture.job('job', 'jobs'), fixture.job('taken', 'jobs');
select fixture.issue('ja', 'ann', 'jobs', 'job'), fixture.issue('jb', 'bob', 'jobs', 'job');
select fixture.issue('working', 'ann', 'jobs', 'taken'), fixture.issue('jc', 'bob', 'jobs', 'taken');
select fixture.claim('working', array['working gpu'], p_port => 20006);
select fixture.store('working', 'working gpu');
select fixture.begin('working');

-- One place is left: five instances stand, and the sixth is bob's to have as well.
select fixture.target('chute', 6);

-- Old SDKs: one instance waits to be verified, a worker is at the other; one place is left.
select fixture.gpu('queued gpu', 'ann'), fixture.gpu('taken gpu', 'bob');
select rigger.create_instance(miner, 64, null, fixture.id(name), 'old', fixture.instance_id(name),
                              to_jsonb(array[name || ' gpu']), '1.2.3.4', '1.2.3.4', port,
                              '000102030405060708090a0b0c0d0e0f', null)
from (values ('taken', 'bob', 20020), ('queued', 'ann', 20021)) as made (name, miner, port);
select rigger.requeue_verification(fixture.instance_id('taken'));
select rigger.take_verification(fixture.id('worker'), '1 hour');
select rigger.requeue_verification(fixture.instance_id('queued'));
select fixture.target('old', 0);
update public.launch_configs set retrieved_at = retrieved_at + interval '2 hours';
update rigger.gpu_models set estimate_seconds = 3000;
update rigger.challenges
set expires_at = now() + interval '2 hours', lease_until = lease_until + interval '1 hour';

create function interleave.age() returns void language sql
as $$
  update public.launch_configs
  set created_at = created_at - interval '1 day', retrieved_at = retrieved_at - interval '1 day';
  update rigger.challenges
  set stored_at = stored_at - interval '1 day', attempt_at = attempt_at - interval '1 day',
      expires_at = expires_at - interval '1 day', lease_until = lease_until - interval '1 day';
  update public.instances set created_at = created_at - interval '1 day';
  update rigger.verifications set lease_until = lease_until - interval '1 day';
$$;
comment on function interleave.age() is 'Makes all that waits for something overdue.';

create function interleave.create_instance(p_name text, p_miner text, p_gpu text, p_port integer)
returns text
language sql
as $$
  select coalesce(refusal, 'none')
  from rigger.create_instance(p_miner, 64, null, fixture.id(p_name), 'old', fixture.instance_id(p_name),
                              to_jsonb(array[p_gpu]), '1.2.3.4', '1.2.3.4', p_port,
                              '000102030405060708090a0b0c0d0e0f', null)
$$;
comment on function interleave.create_instance(text, text, text, integer) is
  'POST of an old SDK; the refusal, or "none".';

create function interleave.claim_by_another(p_config text, p_gpu text, p_port integer)
returns text
language sql
as $$
  select coalesce(refusal, 'none')
  from rigger.claim_launch_config(
    fixture.config_id(p_config), 64, '1.2.3.4', '1.2.3.4', '1.2.3.4', to_jsonb(array[p_gpu]),
    fixture.port_mappings(p_port), fixture.instance_id('another'), '000102030405060708090a0b0c0d0e0f', null,
    null)
$$;
comment on function interleave.claim_by_another(text, text, integer) is
  'A claim of a config for another instance than fixture.claim makes; the refusal, or "none".';

-- Three functions are written here once for the tables there are: so their statements are planned once a
-- session, and not thousands of times.
do $write$
declare
  v_table regclass;
  v_reset text := '';
  v_states text[];
begin
  for v_table in select name from interleave.tables order by name::text loop
    execute format('create table interleave.%I as table %s', v_table::text, v_table);
    v_reset := v_reset || format(
      'if exists (select from %1$s t where t.xmin::text::bigint > v_clean)
          or (select count(*) from %1$s) <> (select count(*) from interleave.%2$I) then
         delete from %1$s; insert into %1$s overriding system value table interleave.%2$I;
       end if;', v_table, v_table::text);
    -- Times are what they are, and what the database draws; a state is compared without them, and without the
    -- count of instances that a placement noted: deletions do not wait for the chute, so it may say one more.
    v_states := v_states || (
      select format('(select string_agg(line, %L order by line)'
                    ' from (select %L || (to_jsonb(t) %s)::text as line from %s t) as lines)',
                    E'\n', v_table || ' ', string_agg(
               case when a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype)
                    then format('- %1$L || jsonb_build_object(%1$L, t.%1$I is not null)', a.attname)
                    when a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) ~ 'nextval|random|xact'
                      or a.atttypid = 'xid8'::regtype or a.attname = 'instances_before'
                    then format('- %L', a.attname) end, ' '), v_table)
      from pg_attribute a
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = v_table and a.attnum > 0 and not a.attisdropped);
  end loop;
  execute format(
    'create function interleave.reset() returns void language plpgsql as $reset$
     declare v_clean constant bigint := coalesce(current_setting(%L, true)::bigint, 0);
     begin
       perform set_config(%L, %L, true);
       %s
       perform set_config(%1$L, pg_current_xact_id()::text, false);
     end $reset$',
    'interleave.clean', 'session_replication_role', 'replica', v_reset);
  execute format(
    'create function interleave.state() returns text language plpgsql set jit = off as $state$
     begin return concat_ws(%L, %s); end $state$', E'\n', array_to_string(v_states, ', '));
  execute format(
    'create function interleave.violations() returns table (invariant integer, subject text, what text)
     language plpgsql set jit = off set search_path = pg_catalog, rigger, public as $violations$
     #variable_conflict use_column
     begin return query %s; end $violations$',
    (select p.prosrc from pg_proc p where p.oid = 'rigger.check_invariants'::regproc));
end
$write$;
comment on function interleave.reset() is 'Puts the world back, whatever constraints say meanwhile.';
comment on function interleave.state() is 'What stands in all tables, but for times and drawn ids.';
comment on function interleave.violations() is 'rigger.check_invariants(), planned once a session.';

create function interleave.finish_background(p_result text) returns boolean language sql
as $$
  select rigger.finish_background_verification(v.verification_id, fixture.id('worker'), p_result,
                                               case p_result when 'failed' then 'code_differs' end)
  from interleave."rigger.verifications" v
  where v.instance_id = fixture.instance_id('taken')
$$;
comment on function interleave.finish_background(text) is
  'What the worker found out about the instance it took.';

-- Nothing is asked of a permutation before all that can go on has gone on: who plays is idle or waits for a
-- lock.
create function interleave.settle() returns void language plpgsql
as $$
begin
  loop
    perform pg_stat_clear_snapshot();
    exit when not exists (
      select
      from pg_stat_activity a
      where a.datname = current_database()
        and a.application_name = 'player'
        and a.state = 'active'
        and not exists (select from pg_locks l where l.pid = a.pid and not l.granted));
    perform pg_sleep(0.0005);
  end loop;
end
$$;
comment on function interleave.settle() is 'Waits until every player is idle, or waits for a lock.';
