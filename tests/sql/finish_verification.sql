begin;
select plan(29);

select fixture.miner('alice'), fixture.miner('bob'), fixture.chute('llm'), fixture.gpu('g1', 'alice'),
       fixture.gpu('g2', 'alice'), fixture.gpu('g3', 'alice'), fixture.gpu('g4', 'alice'),
       fixture.gpu('g5', 'alice'), fixture.gpu('g6', 'alice');

-- Success.
select fixture.live('a', 'challenged', 'llm', 'alice', 'g1');
select is((select refusal from fixture.finish('a')), 'attempt_overtaken', 'who has not begun cannot finish');
select fixture.begin('a');
select is(
  (select refusal from fixture.finish('a', 'second')), 'attempt_overtaken',
  'nor can an attempt that does not hold the challenge');
select results_eq(
  $$ select f.refusal, f.chute_id, f.instance_id, f.job_id, f.job_method, f.job_data,
            f.verified_at ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$',
            f.issued_at between floor(extract(epoch from now())) and extract(epoch from clock_timestamp())
     from rigger.finish_verification(fixture.config_id('a'), fixture.id('first'), null) f $$,
  $$ values (null::text, 'llm', fixture.instance_id('a'), null::text, null::text, null::jsonb, true, true) $$,
  '8: an attempt that passed tells chute, instance and time');
select results_eq(
  $$ select l.verified_at >= now() at time zone 'utc', l.failed_at is null, i.verified, i.active,
            i.last_verified_at >= now(), i.verification_error is null
     from public.launch_configs l
     join public.instances i using (config_id)
     where config_id = fixture.config_id('a') $$,
  $$ values (true, true, true, false, true, true) $$,
  '8: config and instance are verified, not yet active');
select is(fixture.events('a'), 'instance_created instance_verified instance_hot', '8: with an event each');
select is(
  (select verified_at is not null from public.instance_audit where instance_id = fixture.instance_id('a')),
  true,
  '8: the audit knows');
select results_eq(
  $$ select decided_by, decided_at is not null, failure from rigger.challenges
     where config_id = fixture.config_id('a') $$,
  $$ values (fixture.id('first'), true, null::text) $$,
  'the attempt decided');
select is((select refusal from fixture.finish('a')), 'none', 'it gets the same answer again');
select is(
  (select refusal from fixture.finish('a', 'first', 'answer_wrong')), 'none', 'even with another verdict');
select is(fixture.events('a'), 'instance_created instance_verified instance_hot', 'without further events');
select is(
  (select refusal from fixture.finish('a', 'second')), 'attempt_overtaken', 'another attempt does not');

-- Failure.
select fixture.live('b', 'challenged', 'llm', 'alice', 'g2', 20001);
select fixture.begin('b');
select results_eq(
  $$ select refusal, rigger.refusal_text(refusal) from fixture.finish('b', 'first', 'proof_wrong') $$,
  $$ values ('verification_failed', 'Verification failed') $$,
  '4 to 7: an attempt that failed is 403, and not told why');
select results_eq(
  $$ select l.failed_at is not null, l.verified_at is null, l.verification_error::text, c.failure,
            c.decided_by, a.deleted_at is not null, a.deletion_reason
     from public.launch_configs l
     join rigger.challenges c using (config_id)
     join public.instance_audit a using (instance_id)
     where config_id = fixture.config_id('b') $$,
  $$ values (true, true, 'the proof of work is wrong', 'proof_wrong', fixture.id('first'),
    true,
             'the proof of work is wrong') $$,
  '4 to 7: the config fails, and the audit has the reason');
select is_empty(
  $$ select from public.instances where config_id = fixture.config_id('b') $$, 'the instance goes');
select is_empty($$ select from public.instance_nodes where node_id = 'g2' $$, 'its GPU is free');
select is(fixture.events('b'), 'instance_created instance_deleted', 'it is announced');
select is(
  (select refusal from fixture.finish('b')), 'verification_failed',
  'the attempt gets the same answer again, whatever it says');
select is((select refusal from fixture.begin('b', 'second')), 'config_failed', 'there is no second attempt');

-- What happens in between.
select fixture.live('c', 'challenged', 'llm', 'alice', 'g3', 20002);
select fixture.begin('c');
delete from public.instances where instance_id = fixture.instance_id('c');
select is(
  (select refusal from fixture.finish('c')), 'instance_gone', 'an instance that went meanwhile is 404');
select is(
  (select failed_at is not null and verified_at is null from public.launch_configs
   where config_id = fixture.config_id('c')),
  true, 'and its config fails');
select is(
  (select refusal from fixture.finish('c')), 'instance_gone', 'the attempt gets the same answer again');

select fixture.live('d', 'challenged', 'llm', 'alice', 'g4', 20003);
select fixture.begin('d');
select rigger.fail_launch_config(fixture.config_id('d'), 'evicted');
select is(
  (select refusal from fixture.finish('d')), 'verification_failed', 'a config that failed meanwhile is 403');
select is(
  (select verified_at is null from public.launch_configs where config_id = fixture.config_id('d')), true,
  'and stays failed');

select fixture.live('e', 'challenged', 'llm', 'alice', 'g5', 20004);
select fixture.begin('e');
update rigger.challenges set lease_until = now() where config_id = fixture.config_id('e');
select fixture.begin('e', 'second');
select is(
  (select refusal from fixture.finish('e')), 'attempt_overtaken',
  'an attempt that was overtaken cannot finish');
select is((select refusal from fixture.finish('e', 'second')), 'none', 'the one that overtook it can');

-- Jobs.
select fixture.chute('jobs', 0, '{"gpu_count": 1}', '[]'), fixture.job('j', 'jobs', 'train', '{"epochs": 3}');
select fixture.issue('j', 'alice', 'jobs', 'j');
select fixture.claim('j', '{g6}', p_port => 21000);
select fixture.store('j', 'g6');
select fixture.begin('j');
select results_eq(
  $$ select f.refusal, f.job_id, f.job_method, f.job_data
     from rigger.finish_verification(fixture.config_id('j'), fixture.id('first'), null) f $$,
  $$ values (null::text, 'j', 'train', '{"epochs": 3}'::jsonb) $$,
  '8: a job is told with the answer');
select results_eq(
  $$ select active, verified, status::text, started_at is not null, finished_at, instance_id::text
     from public.jobs
     where job_id = 'j' $$,
  $$ values (true, true, 'running', true, null::timestamp, fixture.instance_id('j')) $$,
  '8: and has started');

select fixture.job('k', 'jobs'), fixture.gpu('g7', 'alice');
select fixture.issue('k', 'alice', 'jobs', 'k');
select fixture.claim('k', '{g7}', p_port => 21001);
select fixture.store('k', 'g7');
select fixture.begin('k');
select fixture.finish('k', 'first', 'ports_silent');
select results_eq(
  $$ select instance_id::text, miner_hotkey::text, started_at, finished_at from public.jobs
     where job_id = 'k' $$,
  $$ values (null::text, null::text, null::timestamp, null::timestamp) $$,
  '4 to 7: the job of a failed attempt is free for others');
select is((select refusal from fixture.issue('k bob', 'bob', 'jobs', 'k')), 'none', '4 to 7: who may try it');

select * from finish();
rollback;
