-- A failed proof of work costs its miner a growing pause with that GPU, and nobody else anything.
begin;
select plan(20);

select fixture.miner('alice'), fixture.miner('bob'), fixture.chute('llm'), fixture.gpu('g1', 'alice'),
       fixture.gpu('g2', 'alice'), fixture.gpu('g3', 'bob');

-- One after the other: a launch of alice's with g1 that fails so.
create function pg_temp.fail(p_config text, p_failure text, p_port integer) returns text
language plpgsql as $$
begin
  update rigger.failed_proofs set failed_at = failed_at - interval '1 day';
  perform fixture.live(p_config, 'challenged', 'llm', 'alice', 'g1', p_port);
  perform fixture.begin(p_config);
  return (select refusal from fixture.finish(p_config, 'first', p_failure));
end
$$;

select is(rigger.gpu_pause('g1', 'alice'), null, 'at first there is no pause');
select is(pg_temp.fail('a', 'proof_wrong', 20001), 'verification_failed', 'a proof fails');
select is(rigger.gpu_pause('g1', 'alice'), 60, 'its miner has to wait');
select is(rigger.gpu_pause('g2', 'alice'), null, 'not with another GPU');
select is(rigger.gpu_pause('g1', 'bob'), null, 'and nobody else');
select fixture.issue('b', 'alice', 'llm');
select results_eq(
  $$ select refusal, said from fixture.claim('b', '{g1}', p_port => 20002) $$,
  $$ values ('gpu_paused', 'GPU g1 has failed its last proof of work, try again later') $$,
  'a claim with it is refused');
select is(
  (select c.retry_after
   from rigger.claim_launch_config(
     fixture.config_id('b'), 64, '1.2.3.4', '1.2.3.4', '1.2.3.4', '["g1"]', fixture.port_mappings(20002),
     fixture.instance_id('b'), '000102030405060708090a0b0c0d0e0f', null, null) c),
  60, 'and told for how long');
select is(
  (select failed_at from public.launch_configs where config_id = fixture.config_id('b')), null,
  'its token stays good');
select is((select refusal from fixture.claim('b', '{g2}', p_port => 20002)), 'none', 'also for another GPU');

-- The GPU becomes another miner's.
update public.nodes set miner_hotkey = 'bob' where uuid = 'g1';
select fixture.issue('c', 'bob', 'llm');
select is(
  (select refusal from fixture.claim('c', '{g1}', p_port => 20003)), 'none',
  'who gets the GPU need not wait');
select rigger.undo_claim(fixture.config_id('c'), fixture.instance_id('c'));
update public.nodes set miner_hotkey = 'alice' where uuid = 'g1';

select is(pg_temp.fail('d', 'answer_wrong', 20004), 'verification_failed', 'a wrong answer');
select is(rigger.gpu_pause('g1', 'alice'), 120, 'doubles the pause');
update rigger.failed_proofs set failed_at = failed_at - interval '1 day';
select fixture.live('e', 'challenged', 'llm', 'alice', 'g1', 20005);
update rigger.challenges set expires_at = now() - interval '1 second'
where config_id = fixture.config_id('e');
select is((select refusal from fixture.begin('e')), 'time_limit_over', 'so does one that comes too late');
select is(rigger.gpu_pause('g1', 'alice'), 240, 'so that it grows');
update rigger.failed_proofs set failures = 2000000000;
select is(rigger.gpu_pause('g1', 'alice'), 3600, 'up to a limit');
update rigger.limits set value = 0 where name = 'proof.pause';
select is(rigger.gpu_pause('g1', 'alice'), null, 'and not at all where the limit is 0');
update rigger.limits set value = 60 where name = 'proof.pause';

update rigger.failed_proofs set failed_at = failed_at - interval '1 day', failures = 5;
select fixture.live('f', 'verified', 'llm', 'alice', 'g1', 20006);
select is((select count(*) from rigger.failed_proofs), 0::bigint, 'a good proof ends it');

select fixture.miner('carol'), fixture.gpu('g4', 'carol');
select fixture.live('h', 'challenged', 'llm', 'carol', 'g4', 20007);
select rigger.evict(fixture.instance_id('h'), 'because');
select is((select count(*) from rigger.failed_proofs), 0::bigint, 'who gave no proof has not failed one');

insert into rigger.failed_proofs (gpu_uuid, miner_hotkey, failures, failed_at)
values ('old', 'alice', 3, now() - interval '8 days'), ('new', 'alice', 3, now() - interval '6 days');
select count(*) from rigger.reap();
select results_eq(
  'select gpu_uuid from rigger.failed_proofs', $$ values ('new') $$, 'what is long ago is forgotten');
select is((select count(*) from rigger.check_invariants()), 0::bigint, 'the invariants hold');
select * from finish();
rollback;
