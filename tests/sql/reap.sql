-- The reaper, and what it stands on: remove_instance, fail_launch_config.
begin;
select plan(21);
select fixture.miner('alice'), fixture.chute('llm', 10), fixture.chute('jobs', 0),
       fixture.chute('old', 3, p_chutes_version => '0.2.20'), fixture.gpu('g1', 'alice'),
       fixture.gpu('g2', 'alice'), fixture.gpu('g3', 'alice'), fixture.gpu('g4', 'alice'),
       fixture.gpu('g5', 'alice'), fixture.job('job', 'jobs');

create function pg_temp.age(p_config text, p_seconds integer) returns void language plpgsql
as $$
begin
  update public.launch_configs
  set created_at = created_at - make_interval(secs => p_seconds),
      retrieved_at = retrieved_at - make_interval(secs => p_seconds)
  where config_id = fixture.config_id(p_config);
  update rigger.challenges set expires_at = expires_at - make_interval(secs => p_seconds)
  where config_id = fixture.config_id(p_config);
end
$$;

select is_empty($$ select * from rigger.reap() $$, 'nothing is overdue at first');

select fixture.issue('token', 'alice', 'llm');
select pg_temp.age('token', 7190);
select is_empty($$ select * from rigger.reap() $$, 'a token lives two hours');
select pg_temp.age('token', 20);
select results_eq(
  $$ select * from rigger.reap() $$,
  $$ values ('launch_config', fixture.config_id('token'), 'the token expired unused') $$, 'and no longer');

select fixture.issue('claimed', 'alice', 'jobs', 'job'), fixture.claim('claimed', '{g1}', p_port => 20001);
select pg_temp.age('claimed', 55);
select is_empty($$ select * from rigger.reap() $$, 'a claim has a minute to get its challenge');
select pg_temp.age('claimed', 10);
select results_eq(
  $$ select id, reason from rigger.reap() $$,
  $$ values (fixture.config_id('claimed'), 'no challenge was stored in time') $$, 'and no more');
select is((select miner_hotkey from public.jobs where job_id = 'job'), null, 'then its job is free');
select is_empty($$ select from public.instance_nodes $$, 'and its GPU');
select is(fixture.events('claimed'), 'instance_created instance_deleted', 'and that is announced');
select is(
  (select deletion_reason from public.instance_audit where instance_id = fixture.instance_id('claimed')),
  'no challenge was stored in time', 'and written down');

select fixture.live('late', 'challenged', 'llm', 'alice', 'g2', 20002);
select pg_temp.age('late', 205);
select is_empty($$ select * from rigger.reap() $$, 'a challenge has its time limit and a minute');
update rigger.challenges
set lease_until = now() + interval '1 hour'
where config_id = fixture.config_id('late');
select pg_temp.age('late', 10);
select is_empty($$ select * from rigger.reap() $$, 'an attempt under way goes first');
update rigger.challenges
set lease_until = now() - interval '1 second'
where config_id = fixture.config_id('late');
select results_eq(
  $$ select id, reason from rigger.reap() $$,
  $$ values (fixture.config_id('late'), 'the challenge was not answered in time') $$,
  'until its lease is over');

select is(
  rigger.fail_launch_config(fixture.config_id('late'), 'proof_wrong'), false,
  'what has failed does not fail again');
select is(
  (select verification_error::text from public.launch_configs where config_id = fixture.config_id('late')),
  (select public_text from rigger.refusals where code = 'challenge_unanswered'),
  'and says still why it failed');

select fixture.issue('one', 'alice', 'llm'), fixture.issue('two', 'alice', 'llm');
select pg_temp.age('one', 7210), pg_temp.age('two', 7210);
update rigger.limits set value = 1 where name = 'reaper.taken';
select is((select count(*) from rigger.reap()), 1::bigint, 'at once it takes no more than a limit says');
select is((select count(*) from rigger.reap()), 1::bigint, 'the next time the rest');
update rigger.limits set value = initial where name = 'reaper.taken';

select rigger.create_instance('alice', 64, null, fixture.id('old'), 'old', fixture.instance_id('old'),
                              to_jsonb('{g3}'::text[]), '1.2.3.4', '1.2.3.4', 20003, '00', null);
update public.instances set created_at = now() - interval '3599 seconds';
select is_empty($$ select * from rigger.reap() $$, 'an instance of an old SDK has an hour to be verified');
update public.instances set created_at = now() - interval '3601 seconds';
select results_eq(
  $$ select * from rigger.reap() $$,
  $$ values ('instance', fixture.instance_id('old'), 'never verified') $$, 'and no more');

select fixture.live('hot', 'active', 'llm', 'alice', 'g4', 20004);
update public.launch_configs
set created_at = created_at - interval '1 day'
where config_id = fixture.config_id('hot');
insert into rigger.used_signatures (signature_hash, hotkey, request_key, used_at)
select fixture.signature(i::text), 'alice', fixture.id(i::text), now() - make_interval(secs => i)
from unnest(array[1190, 1210]) as i;
select is_empty($$ select * from rigger.reap() $$, 'a hot instance stays, however old');
select set_eq($$ select request_key from rigger.used_signatures $$, $$ values (fixture.id('1190')) $$,
              'signatures are kept for 1200 seconds');
select is_empty($$ select * from rigger.check_invariants() $$, 'no promise is broken');

select * from finish();
rollback;
