begin;
select plan(25);

select fixture.miner('alice'), fixture.miner('bob'), fixture.chute('llm'), fixture.chute('other'),
       fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice'), fixture.gpu('g3', 'alice');
select fixture.live('a', 'active', 'llm', 'alice', 'g1');

create function pg_temp.delete(
  p_hotkey text, p_chute text, p_config text, p_signature text default null, p_request text default 'r')
returns text
language sql
as $$
  select coalesce(refusal || ' ' || rigger.refusal_text(refusal), 'none')
  from rigger.delete_instance(p_hotkey, 64, fixture.signature(p_signature), fixture.id(p_request), p_chute,
                              fixture.instance_id(p_config))
$$;

select is(
  pg_temp.delete('nobody', 'llm', 'a'), 'hotkey_unregistered The hotkey is not registered on this subnet',
  'a stranger is 401');
select is(
  pg_temp.delete('bob', 'llm', 'a'), 'instance_not_found Instance not found',
  'another miner''s instance is 404');
select is(
  pg_temp.delete('alice', 'llm', 'none'), 'instance_not_found Instance not found',
  'an unknown one is the same 404');
select is(
  pg_temp.delete('alice', 'other', 'a'), 'instance_not_found Instance not found',
  'as is one of another chute');
select is(
  (select count(*) from public.instances where instance_id = fixture.instance_id('a')), 1::bigint,
  'none of these deleted it');

select is(pg_temp.delete('alice', 'llm', 'a', 's1', 'r1'), 'none', 'a miner deletes its instance');
select is_empty(
  $$ select from public.instances where instance_id = fixture.instance_id('a') $$, 'it is gone');
select is_empty($$ select from public.instance_nodes where node_id = 'g1' $$, 'its GPU is free');
select is(
  (select deleted_at is not null and deletion_reason = 'miner initialized'
   from public.instance_audit where instance_id = fixture.instance_id('a')),
  true, 'its audit row has the time, and the reason as auditors know it');
select is(
  (select count(*) from rigger.events
   where reason = 'instance_deleted' and payload -> 'data' ->> 'instance_id' = fixture.instance_id('a')),
  1::bigint, 'it is announced');
select is(
  pg_temp.delete('alice', 'llm', 'a', 's1', 'r1'), 'none', 'the same request again gets the same answer');
select is(
  pg_temp.delete('alice', 'llm', 'none', 's1', 'r1'), 'instance_not_found Instance not found',
  'but for no other instance than it has deleted');
select is(
  pg_temp.delete('alice', 'llm', 'a', 's1', 'r2'), 'signature_used The signature was used before',
  'another one with that signature is 401');
select is(
  pg_temp.delete('alice', 'llm', 'a', 's2', 'r2'), 'instance_not_found Instance not found',
  'a second deletion is 404');
select is(
  (select count(*) from rigger.events
   where reason = 'instance_deleted' and payload -> 'data' ->> 'instance_id' = fixture.instance_id('a')),
  1::bigint, 'nothing more is announced');

-- Jobs.
select fixture.chute('jobs', 0, '{"gpu_count": 1}', '[]'), fixture.job('running', 'jobs'),
       fixture.job('waiting', 'jobs');
select fixture.issue('r', 'alice', 'jobs', 'running');
select fixture.claim('r', '{g2}', p_port => 21000);
select fixture.store('r', 'g2');
select fixture.begin('r');
select fixture.finish('r');
select is(pg_temp.delete('alice', 'jobs', 'r'), 'none', 'the instance of a running job is deleted');
select results_eq(
  $$ select status::text, error_detail <> '', miner_terminated, finished_at is not null, active,
            miner_hotkey::text, instance_id::text
     from public.jobs where job_id = 'running' $$,
  $$ values ('error', true, true, true, false, 'alice', null::text) $$,
  'and ends the job as terminated by its miner');

select fixture.issue('w', 'alice', 'jobs', 'waiting');
select fixture.claim('w', '{g3}', p_port => 21001);
select fixture.store('w', 'g3');
select is(
  pg_temp.delete('alice', 'jobs', 'w'), 'none', 'the instance of a job that has not started is deleted');
select results_eq(
  $$ select status::text, error_detail::text, miner_terminated, finished_at is not null, started_at,
            miner_hotkey::text, instance_id::text
     from public.jobs where job_id = 'waiting' $$,
  $$ values ('error', 'miner initialized', true, true, null::timestamp, 'alice', null::text) $$,
  'and ends the job, too: nobody waits for it in vain');
select is((select refusal from fixture.issue('w2', 'bob', 'jobs', 'waiting')), 'job_finished',
          'nobody gets a token of it any more');
select is(
  (select refusal from fixture.begin('w')), 'instance_gone', 'its verification finds the instance gone');
select is(
  (select failed_at is not null from public.launch_configs where config_id = fixture.config_id('w')), true,
  'and fails the config');
select fixture.gpu('g4', 'alice'), fixture.job('done', 'jobs');
select fixture.issue('d', 'alice', 'jobs', 'done'), fixture.claim('d', '{g4}', p_port => 21002),
       fixture.store('d', 'g4');
select fixture.begin('d'), fixture.finish('d');
update public.jobs set status = 'completed', finished_at = now() at time zone 'utc' where job_id = 'done';
select is(pg_temp.delete('alice', 'jobs', 'd'), 'none', 'the instance of a job that is finished is deleted');
select results_eq(
  $$ select status::text, error_detail::text, miner_hotkey::text from public.jobs where job_id = 'done' $$,
  $$ values ('completed', null::text, 'alice') $$, 'and the job stays as it ended');
select is(
  (select count(*) from public.instance_audit where deleted_at is null), 0::bigint,
  'no audit row is left open');

select * from finish();
rollback;
