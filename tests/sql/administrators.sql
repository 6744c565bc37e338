-- What administrators do: set_target, blacklist, evict, requeue_verification.
begin;
select plan(21);
select fixture.miner('alice'), fixture.chute('llm', 3), fixture.chute('old', 3, p_chutes_version => '0.2.20'),
       fixture.chute('jobs', 0), fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice'),
       fixture.gpu('g3', 'alice'), fixture.gpu('g4', 'alice'), fixture.job('job', 'jobs');

select is(rigger.set_target('llm', 7), true, 'a target is set');
select is(
  (select target from rigger.v_chute_capacity where chute_id = 'llm'), 7::bigint, 'and counts at once');
select is(rigger.set_target('nothing', 7), false, 'there is no such chute');
select throws_ok($$ select rigger.set_target('llm', -1) $$, '22023', null, 'a target below zero is refused');

select is(rigger.blacklist('alice', 'cheats'), true, 'a miner is shut out');
select is(
  (select refusal from fixture.issue('a', 'alice', 'llm')), 'hotkey_blacklisted', 'and gets no token');
select is(rigger.blacklist('alice', null), true, 'and let in again');
select is((select refusal from fixture.issue('a', 'alice', 'llm')), 'none', 'and gets one');
select is(rigger.blacklist('nobody', 'cheats'), false, 'nobody of that name is registered');

select fixture.live('b', 'active', 'llm', 'alice', 'g1');
select is(rigger.evict(fixture.instance_id('b'), 'burns'), true, 'an instance is evicted');
select is(
  (select deletion_reason from public.instance_audit where instance_id = fixture.instance_id('b')),
  'burns', 'with the reason in its audit row');
select alike(fixture.events('b'), '%instance_activated instance_deleted', 'and announced');
select is(
  (select verification_error from public.launch_configs where config_id = fixture.config_id('b')),
  'burns', 'and its config has failed');
select is(rigger.evict(fixture.instance_id('b'), 'burns'), false, 'once');

select fixture.issue('c', 'alice', 'jobs', 'job'), fixture.claim('c', '{g2}', p_port => 20001);
select fixture.store('c', 'g2'), fixture.begin('c'), fixture.finish('c');
select rigger.evict(fixture.instance_id('c'), '');
select results_eq(
  $$ select status::text, error_detail::text, instance_id::text, coalesce(miner_terminated, false)
     from public.jobs where job_id = 'job' $$,
  $$ values ('error', 'evicted by an administrator', null::text, false) $$,
  'a running job ends with its instance');

select rigger.create_instance('alice', 64, null, fixture.id('d'), 'old', fixture.instance_id('d'),
                              to_jsonb('{g3}'::text[]), '1.2.3.4', '1.2.3.4', 20002, '00', null);
select is(rigger.requeue_verification(fixture.instance_id('d')), true, 'a verification is queued');
select is(rigger.requeue_verification(fixture.instance_id('d')), false, 'one at a time');
select is(
  (select background_verification from rigger.v_instances where instance_id = fixture.instance_id('d')),
  'queued', 'and the view shows it');
select fixture.live('e', 'claimed', 'llm', 'alice', 'g4', 20003);
select is(
  rigger.requeue_verification(fixture.instance_id('e')), false, 'never for an instance of a launch config');
select is(rigger.requeue_verification('nothing'), false, 'nor for one that is not there');
select is_empty($$ select * from rigger.check_invariants() $$, 'no promise is broken');

select * from finish();
rollback;
