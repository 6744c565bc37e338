-- The Python service of a network at work on the same database, played by its statements: it has no rows of
-- ours, announces nothing in our outbox, and touches instances of ours too. No promise of ours is broken by
-- it, and the reaper leaves alone what is not ours. The flags are null here and there, as its models may
-- leave them.
begin;
select plan(22);
select fixture.miner('alice'), fixture.chute('llm', 20), fixture.chute('gone', 20), fixture.chute('jobs', 0),
       fixture.chute('old', 20, p_chutes_version => '0.2.20'), fixture.job('job', 'jobs');
select fixture.gpu('g' || i, 'alice') from generate_series(1, 16) as i;

-- Its launch config and instance of this name, as its claim leaves them.
create function pg_temp.their_claim(p_name text, p_chute text, p_gpu text, p_port integer,
  p_job text default null)
returns void
language sql
as $$
  insert into public.launch_configs (config_id, env_key, chute_id, job_id, seed, miner_uid, miner_hotkey,
                                     miner_coldkey, created_at, retrieved_at)
  values (fixture.config_id(p_name), 'key', p_chute, p_job, 17, 7, 'alice', 'alice cold',
          now() at time zone 'utc', now() at time zone 'utc');
  insert into public.instances (instance_id, host, port, chute_id, version, miner_uid, miner_hotkey,
                                miner_coldkey, region, active, verified, created_at, consecutive_failures,
                                chutes_version, symmetric_key, config_id, port_mappings)
  values (fixture.instance_id(p_name), '1.2.3.4', p_port, p_chute, 'version 1', 7, 'alice', 'alice cold',
  'n/a',
          false, false, now(), 0, '0.3.5', '00', fixture.config_id(p_name), fixture.port_mappings(p_port));
  insert into public.instance_nodes (instance_id, node_id) values (fixture.instance_id(p_name), p_gpu);
  update public.jobs
  set miner_uid = 7, miner_hotkey = 'alice', miner_coldkey = 'alice cold',
      instance_id = fixture.instance_id(p_name)
  where job_id = p_job
$$;
create function pg_temp.their_verification(p_name text) returns void language sql
as $$
  update public.instances
  set verified = true, last_verified_at = now()
  where instance_id = fixture.instance_id(p_name);
  update public.launch_configs
  set verified_at = now() at time zone 'utc'
  where config_id = fixture.config_id(p_name);
  update public.jobs
  set started_at = now() at time zone 'utc'
  where instance_id = fixture.instance_id(p_name)
$$;
create function pg_temp.their_activation(p_name text, p_active boolean default true) returns void language sql
as $$
  update public.instances set active = p_active where instance_id = fixture.instance_id(p_name)
$$;
-- With a null reason as a cascade and its older paths delete.
create function pg_temp.their_deletion(p_name text, p_reason text) returns void language sql
as $$
  delete from public.instances where instance_id = fixture.instance_id(p_name);
  update public.instance_audit
  set deletion_reason = p_reason
  where instance_id = fixture.instance_id(p_name)
    and p_reason is not null
$$;
create function pg_temp.broken() returns text language sql
as $$
  select coalesce(string_agg(invariant || ' ' || what, '; ' order by invariant, what), 'none')
  from rigger.check_invariants()
$$;

-- Whole lives of its own.
select pg_temp.their_claim('t1', 'llm', 'g1', 21001);
select is(pg_temp.broken(), 'none', 'its claim');
select pg_temp.their_verification('t1');
select is(pg_temp.broken(), 'none', 'its verification');
select pg_temp.their_activation('t1');
select is(pg_temp.broken(), 'none', 'its activation');
select pg_temp.their_deletion('t1', 'miner initialized');
select is(pg_temp.broken(), 'none', 'its deletion');
select pg_temp.their_claim('t2', 'jobs', 'g2', 21002, 'job'), pg_temp.their_verification('t2'),
       pg_temp.their_activation('t2');
select is(pg_temp.broken(), 'none', 'its job');
update public.jobs
set status = 'error', error_detail = 'x', miner_terminated = true, finished_at = now() at time zone 'utc'
where job_id = 'job';
select pg_temp.their_deletion('t2', null);
select is(pg_temp.broken(), 'none', 'the end of its job, without a reason in the audit');
select pg_temp.their_claim('t3', 'llm', 'g3', 21003);
update public.launch_configs
set failed_at = now() at time zone 'utc', verification_error = 'x'
where config_id = fixture.config_id('t3');
select pg_temp.their_deletion('t3', 'x');
select is(pg_temp.broken(), 'none', 'a launch of its that failed');

-- What it does to an instance of ours, at each step of its life.
select fixture.live('claimed', 'claimed', 'llm', 'alice', 'g4', 20004), pg_temp.their_deletion('claimed',
  'x');
select is(pg_temp.broken(), 'none', 'it deletes one that is claimed');
select fixture.live('challenged', 'challenged', 'llm', 'alice', 'g5', 20005),
       pg_temp.their_deletion('challenged', null);
select is(pg_temp.broken(), 'none', 'one that is challenged, without a reason');
select fixture.live('active', 'active', 'llm', 'alice', 'g6', 20006), pg_temp.their_deletion('active', null);
select is(pg_temp.broken(), 'none', 'one that is active');
select fixture.live('verified', 'verified', 'llm', 'alice', 'g7', 20007),
  pg_temp.their_activation('verified');
select is(pg_temp.broken(), 'none', 'it activates one that we have verified');
select is(
  (select coalesce(a.refusal, 'none') from rigger.activate_launch_config(fixture.config_id('verified'),
  64) a),
  'none', 'whose pod may still tell us so');
select fixture.live('theirs', 'challenged', 'llm', 'alice', 'g8', 20008),
  pg_temp.their_verification('theirs'),
       pg_temp.their_activation('theirs');
select is(pg_temp.broken(), 'none', 'it verifies one that we have challenged');
select fixture.live('disabled', 'active', 'llm', 'alice', 'g9', 20009),
       pg_temp.their_activation('disabled', false);
select is(pg_temp.broken(), 'none', 'it disables one that is active');
select rigger.activate_launch_config(fixture.config_id('disabled'), 64);
select is(
  (select active from public.instances where instance_id = fixture.instance_id('disabled')), false,
  'which its pod cannot enable again');
select fixture.live('g', 'active', 'gone', 'alice', 'g10', 20010),
       fixture.live('h', 'claimed', 'gone', 'alice', 'g11', 20011);
delete from public.chutes where chute_id = 'gone';
select is(pg_temp.broken(), 'none', 'a chute goes, and what is ours of it with it');

-- What the reaper leaves alone, and what it takes.
select pg_temp.their_claim('slow', 'llm', 'g12', 21012);
update public.launch_configs
set seed = 0, created_at = now() at time zone 'utc' - interval '1 hour',
    retrieved_at = now() at time zone 'utc' - interval '1 hour'
where config_id = fixture.config_id('slow');
select is(pg_temp.broken(), 'none', 'a claim that waits long for its challenge, at the other service');
select is_empty(
  format($$ select * from rigger.reap() where id in (%L, %L) $$, fixture.config_id('slow'),
         fixture.instance_id('slow')), 'is not ours to reap');

-- Instances of old SDKs, with null flags.
select rigger.create_instance('alice', 64, null, fixture.id('o'), 'old', fixture.instance_id('o'), '["g13"]',
                              '1.2.3.4', '1.2.3.4', 20013, '00', null);
update public.instances set active = null, verified = null where instance_id = fixture.instance_id('o');
select is(
  (select instance ->> 'active' || ' ' || (instance ->> 'verified')
   from rigger.activate_instance('alice', 64, null, fixture.id('r'), 'old', fixture.instance_id('o'), true)),
  'true false', 'flags that are null are false');
select rigger.finish_background_verification(v.verification_id, fixture.id('worker'), 'passed', null)
from rigger.take_verification(fixture.id('worker'), '1 minute') v;
select is(
  fixture.events('o'), 'instance_created instance_activated instance_verified instance_hot',
  'and their change is announced');
update public.instances
set verified = null, created_at = now() - interval '2 hours'
where instance_id = fixture.instance_id('o');
select is((select id from rigger.reap() where kind = 'instance'), fixture.instance_id('o'),
          'one that nothing verified in time goes, null or not');
select is(pg_temp.broken(), 'none', 'and no promise is broken at the end');

select * from finish();
rollback;
