begin;
select plan(28);

-- Keys that rules rest on.
select col_is_pk('public', 'launch_configs', 'config_id', 'launch configs by id');
select col_is_unique('public', 'instances', array['host', 'port'], 'a host:port is in one instance');
select col_is_unique('public', 'instances', 'config_id', 'a config has one instance');
select col_is_unique('public', 'instance_nodes', 'node_id', 'a GPU is in one instance');
select col_is_unique('public', 'jobs', 'instance_id', 'an instance has one job');
select col_is_pk('rigger', 'used_signatures', 'signature_hash', 'a signature is used once');
select col_is_pk('rigger', 'challenges', 'config_id', 'a config has one challenge');

-- Everything of ours is described.
select is_empty(
  $$ select c.oid::regclass from pg_class c
     where c.relnamespace = 'rigger'::regnamespace and c.relkind in ('r', 'v')
       and c.relname not in ('migrations', 'schema_version')
       and obj_description(c.oid, 'pg_class') is null $$,
  'every table and view has a comment');
select is_empty(
  $$ select a.attrelid::regclass || '.' || a.attname
     from pg_attribute a
     join pg_class c on c.oid = a.attrelid
     where c.relnamespace = 'rigger'::regnamespace and c.relkind in ('r', 'v')
       and c.relname not in ('migrations', 'schema_version')
       and a.attnum > 0 and not a.attisdropped
       and col_description(a.attrelid, a.attnum) is null $$,
  'every column has a comment');
select is_empty(
  $$ select c.relname || '.' || a.attname
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
       and obj_description(c.oid, 'pg_class') like '%Made by Rigger.'
       and a.attnum > 0 and not a.attisdropped
       and col_description(a.attrelid, a.attnum) is null $$,
  'so has every column of a Chutes table that Rigger made');
select is_empty(
  $$ select p.oid::regprocedure from pg_proc p
     where p.pronamespace = 'rigger'::regnamespace and obj_description(p.oid, 'pg_proc') is null $$,
  'every function has a comment');

-- Every lookup of the endpoints goes by an index: with sequential scans as dear as can be, none is left.
set local enable_seqscan = off;
create function pg_temp.scans(p_query text) returns text language plpgsql
as $$
declare
  v_plan json;
begin
  execute 'explain (format json) ' || p_query into v_plan;
  return (select string_agg(scan #>> '{}', ' ') from jsonb_path_query(v_plan::jsonb,
    '$.**."Node Type"') as scan);
end
$$;
select unalike(
  pg_temp.scans($$ select from public.instances where chute_id = 'x' $$), '%Seq%', 'instances of a chute');
select unalike(
  pg_temp.scans($$ select from public.instances where host = 'x' and port = 1 $$), '%Seq%', 'host and port');
select unalike(
  pg_temp.scans($$ select from public.instances i where i.port = 1 and i.host collate "C" ~ '[A-Z:]' $$),
  '%Seq%', 'hosts that others spelled otherwise');
select unalike(
  pg_temp.scans($$ select from public.instances where config_id = 'x' $$), '%Seq%', 'instance of a config');
select unalike(
  pg_temp.scans($$ select from public.instance_nodes where instance_id = 'x' $$), '%Seq%', 'GPUs');
select unalike(
  pg_temp.scans($$ select from public.jobs where instance_id = 'x' $$), '%Seq%', 'job of an instance');
select unalike(
  pg_temp.scans($$ select from public.capacity_log where chute_id = 'x' order by "timestamp" desc limit 1 $$),
  '%Sort%', 'the newest target needs no sort');
select unalike(
  pg_temp.scans($$ select from public.launch_configs
                   where verified_at is null and failed_at is null and created_at < '2000-01-01' $$),
  '%Seq%', 'open configs by age');

-- Triggers. Ours write UTC whatever the session's zone is; the Chutes network's go by the session.
select exists (select from pg_trigger where tgname = 'rigger_audit_update') as audit_is_ours \gset
\if :audit_is_ours
\else
set local timezone = 'UTC';
\endif
select fixture.miner('alice'), fixture.miner('bob'), fixture.chute('llm'), fixture.chute('jobs', 0),
       fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice'), fixture.job('job', 'jobs');
select fixture.live('a', 'verified', 'llm', 'alice', 'g1');
delete from public.instances where instance_id = fixture.instance_id('a');
select is(
  (select created_at = now() at time zone 'utc' and verified_at >= created_at and deleted_at = created_at
   from public.instance_audit where instance_id = fixture.instance_id('a')),
  true, 'the audit follows an instance by hand as well, in UTC');
select is(
  (select node_id || ' ' || miner_hotkey from public.instance_node_history
   where instance_id = fixture.instance_id('a')),
  'g1 alice', 'the history keeps which GPUs it had');

select fixture.issue('winner', 'alice', 'jobs', 'job');
select fixture.issue('loser', 'bob', 'jobs', 'job');
select fixture.claim('winner', '{g2}', p_port => 20001);
update public.launch_configs set failed_at = now() at time zone 'utc'
where config_id = fixture.config_id('loser');
select is(
  (select miner_hotkey from public.jobs where job_id = 'job'), 'alice',
  'a loser that fails does not free the job');
update public.launch_configs set failed_at = now() at time zone 'utc'
where config_id = fixture.config_id('winner');
select results_eq(
  $$ select instance_id::text, miner_hotkey::text from public.jobs where job_id = 'job' $$,
  $$ values (null::text, null::text) $$,
  'its owner that fails does');
update public.jobs set miner_hotkey = 'alice';
update public.launch_configs set failed_at = null where config_id = fixture.config_id('winner');
update public.launch_configs set failed_at = now() at time zone 'utc'
where config_id = fixture.config_id('winner');
select is(
  (select miner_hotkey from public.jobs where job_id = 'job'), null,
  'also where its instance is gone already');
update public.jobs set miner_hotkey = 'alice';
update public.launch_configs set failed_at = null where config_id = fixture.config_id('loser');
update public.launch_configs set failed_at = now() at time zone 'utc'
where config_id = fixture.config_id('loser');
select is(
  (select miner_hotkey from public.jobs where job_id = 'job'), 'alice',
  'but a loser still does not, where the winner''s is gone');

update public.jobs set miner_hotkey = 'alice', finished_at = now() at time zone 'utc';
update public.launch_configs set failed_at = null where config_id = fixture.config_id('winner');
update public.launch_configs set failed_at = now() at time zone 'utc'
where config_id = fixture.config_id('winner');
select is(
  (select miner_hotkey from public.jobs where job_id = 'job'), 'alice',
  'a job that is finished stays its miner''s');

-- A Chutes database: its own triggers.
create function public.their_audit() returns trigger language plpgsql
as $$
begin
  update public.instance_audit set region = 'theirs' where instance_id = new.instance_id;
  return new;
end
$$;
create function public.their_release() returns trigger language plpgsql
as $$
begin
  update jobs set miner_hotkey = null where job_id = old.job_id;
  return new;
end
$$;
\if :audit_is_ours
drop trigger rigger_audit_update on public.instances;
create trigger their_audit after update on public.instances
for each row execute function public.their_audit();
\endif
create trigger their_release after update on public.launch_configs
for each row execute function public.their_release();
set local client_min_messages = warning;
\ir ../../sql/triggers.sql
select triggers_are(
  'public', 'launch_configs', array['rigger_free_job'],
    'the wrong trigger on jobs makes way, whatever its name');
\if :audit_is_ours
select triggers_are(
  'public', 'instances', array['rigger_audit_insert', 'rigger_audit_delete', 'their_audit'],
  'an audit that is there is not doubled, one that is missing is added');
\else
select is_empty(
  $$ select tgname from pg_trigger where tgrelid = 'public.instances'::regclass and tgname like 'rigger%' $$,
  'an audit that is there is not doubled');
\endif

select * from finish();
rollback;
