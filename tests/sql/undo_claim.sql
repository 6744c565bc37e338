begin;
select plan(19);

select fixture.miner('alice'), fixture.miner('bob'), fixture.chute('llm', 1), fixture.gpu('g1', 'alice');
select fixture.instances('llm', 'bob', 1);
insert into public.rolling_updates (chute_id, old_version, new_version, permitted)
values ('llm', 'version 0', 'version 1', '{"alice": 2}');

create function pg_temp.undo(p_config text) returns void language sql
as $$ select rigger.undo_claim(fixture.config_id(p_config), fixture.instance_id(p_config)) $$;

select fixture.live('a', 'claimed', 'llm', 'alice', 'g1');
select is(
  (select permitted from public.rolling_updates where chute_id = 'llm'), '{"alice": 1}',
  'the claim took a quota');
select lives_ok($$ select pg_temp.undo('a') $$, 'a claim without a challenge is undone');
select results_eq(
  $$ select retrieved_at, failed_at, host::text, port, seed from public.launch_configs
     where config_id = fixture.config_id('a') $$,
  $$ values (null::timestamp, null::timestamp, null::text, null::integer, 0::numeric) $$,
  'its config is as if never claimed');
select is_empty(
  $$ select from public.instances where config_id = fixture.config_id('a') $$, 'its instance is gone');
select is_empty($$ select from public.instance_nodes where node_id = 'g1' $$, 'its GPU is free');
select is(
  (select permitted from public.rolling_updates where chute_id = 'llm'), '{"alice": 2}',
  'its quota is given back');
select is(
  (select undone_at is not null from rigger.placements where instance_id = fixture.instance_id('a')), true,
  'the record of its place says so');
select is(fixture.events('a'), 'instance_created instance_deleted', 'and so does one event');
select is(
  (select deleted_at is not null and deletion_reason is not null
   from public.instance_audit where instance_id = fixture.instance_id('a')),
  true, 'and the audit');
select fixture.chute('free', 5), fixture.gpu('g9', 'alice');
select fixture.live('unpaid', 'claimed', 'free', 'alice', 'g9', 20009);
insert into public.rolling_updates (chute_id, old_version, new_version, permitted)
values ('free', 'version 0', 'version 1', '{"alice": 2}');
select pg_temp.undo('unpaid');
select is(
  (select permitted from public.rolling_updates where chute_id = 'free'), '{"alice": 2}',
  'a quota that was not taken is not given back');
select lives_ok($$ select pg_temp.undo('a') $$, 'a second time');
select is(
  (select permitted from public.rolling_updates where chute_id = 'llm'), '{"alice": 2}', 'changes nothing');
select is(
  (select coalesce(refusal, 'none')
   from rigger.claim_launch_config(fixture.config_id('a'), 64, '1.2.3.4', '1.2.3.4', '1.2.3.4', '["g1"]',
     fixture.port_mappings(20000), 'another instance', '00', null, null)),
  'none', 'the token is good for another claim');
select lives_ok($$ select pg_temp.undo('a') $$, 'the first claim is undone late');
select is(
  (select count(*) from public.instances where instance_id = 'another instance'), 1::bigint,
  'does not touch the second');
delete from public.instances where instance_id = 'another instance';

-- A challenge that was made after all, and a job.
select fixture.live('b', 'challenged', 'llm', 'alice', 'g1');
select pg_temp.undo('b');
select is(
  (select count(*) from public.instances where config_id = fixture.config_id('b')), 1::bigint,
  'a claim with a challenge is not undone');
delete from public.instances where config_id = fixture.config_id('b');

select fixture.chute('jobs', 0, '{"gpu_count": 1}', '[{"name": "train"}]'), fixture.job('training', 'jobs');
select fixture.issue('j', 'alice', 'jobs', 'training');
select is((select refusal from fixture.claim('j', '{g1}')), 'none', 'a job is claimed');
select pg_temp.undo('j');
select results_eq(
  $$ select instance_id::text, miner_uid, miner_hotkey::text, miner_coldkey::text, port_mappings,
            miner_history
     from public.jobs where job_id = 'training' $$,
  $$ values (null::text, null::integer, null::text, null::text, null::jsonb, '["alice"]'::jsonb) $$,
  'and undone, it is free for others');
select is(
  (select coalesce(refusal, 'none')
   from rigger.claim_launch_config(fixture.config_id('j'), 64, '1.2.3.4', '1.2.3.4', '1.2.3.4', '["g1"]',
     fixture.port_mappings(20000), 'third instance', '00', null, null)),
  'none', 'and for its first claimant');

select * from finish();
rollback;
