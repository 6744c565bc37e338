begin;
select plan(33);

select fixture.miner('alice'), fixture.miner('mallory', 'cheats'), fixture.chute('llm', 10),
  fixture.chute('full', 0);
select fixture.instances('full', 'alice', 1);

select results_eq(
  $$ select refusal, config_id, env_key, job_id, disk_gb
     from rigger.issue_launch_config('alice', 64, fixture.signature('1'), fixture.id('a'), 'llm', null,
       'key a') $$,
  $$ values (null::text, fixture.config_id('a'), 'key a', null::text, null::integer) $$,
  'a miner gets a launch config');
select results_eq(
  $$ select chute_id::text, job_id::text, seed, env_key::text, miner_uid, miner_hotkey::text,
            miner_coldkey::text,
            retrieved_at is null and verified_at is null and failed_at is null
     from public.launch_configs where config_id = fixture.config_id('a') $$,
  $$ values ('llm', null::text, 0::numeric, 'key a', 7, 'alice', 'alice cold', true) $$,
  'its row holds chute, miner and key, and nothing has happened to it');
select is(
  (select issued_at from rigger.issue_launch_config('alice', 64, null, fixture.id('b'), 'llm', null,
  'key b')),
  (select floor(extract(epoch from now()))::bigint),
  'it is issued now, in whole seconds that are over');

select is(
  (select expires_at - issued_at
   from rigger.issue_launch_config('alice', 64, null, fixture.id('e'), 'llm', null, 'key e')),
  7200::bigint, 'and is good for two hours');
delete from public.launch_configs where config_id = fixture.config_id('e');
select lives_ok(
  $$ select rigger.issue_launch_config('alice', 64, fixture.signature('1'), fixture.id('a'), 'llm', null,
                                       'x') $$,
  'a signed request may come again');
select lives_ok(
  $$ select rigger.issue_launch_config('alice', 64, null, fixture.id('b'), 'llm', null, 'x') $$,
  'as may one of an account');
select fixture.miner('bob');
select throws_ok(
  $$ select rigger.issue_launch_config('bob', 64, null, fixture.id('b'), 'llm', null, 'x') $$, '23505', null,
  'but the config of another is not shown');
select is(
  (select env_key from rigger.issue_launch_config('alice', 64, fixture.signature('1'), fixture.id('a'), 'llm',
  null, 'x')),
  'key a', 'the same signed request again gets the same answer');
select is(
  (select env_key from rigger.issue_launch_config('alice', 64, null, fixture.id('b'), 'llm', null, 'x')),
  'key b', 'the same request under an account gets the same answer');
select is(
  (select coalesce(refusal, 'none')
   from rigger.issue_launch_config('alice', 64, fixture.signature('1'), fixture.id('c'), 'llm',
  null, 'x')),
  'signature_used', 'another request with that signature is 401');
select is((select count(*) from public.launch_configs), 2::bigint, 'and no config was made for any of these');

select is(
  (select refusal from fixture.issue('d', 'nobody', 'llm')), 'hotkey_unregistered',
  'an unregistered hotkey is 401');
select is(
  (select refusal from fixture.issue('d', 'mallory', 'llm')), 'hotkey_blacklisted',
  'a blacklisted hotkey is 403');
select lives_ok($$ select fixture.issue('d', 'alice', 'none') $$, 'a chute that is not there is no error');
select is(
  (select refusal from fixture.issue('d', 'alice', 'none')), 'chute_not_found', 'an unknown chute is 404');
select is(
  (select refusal from fixture.issue('d', 'alice', 'full')), 'chute_full', 'a chute at its target is 423');
select is(
  (select coalesce(refusal, 'none')
   from rigger.issue_launch_config('alice', 64, fixture.signature('2'), fixture.id('d'), 'full',
  null, 'x')),
  'chute_full', 'a refused request');
select is(
  (select coalesce(refusal, 'none')
   from rigger.issue_launch_config('alice', 64, fixture.signature('2'), fixture.id('e'), 'llm',
  null, 'x')),
  'signature_used', 'has used its signature');

-- Jobs.
select fixture.job('training', 'full', 'train', '{"_disk_gb": 25}'), fixture.job('done', 'full');
update public.jobs set finished_at = now() at time zone 'utc' where job_id = 'done';

select is(
  (select refusal from fixture.issue('j', 'alice', 'full', 'none')), 'job_not_found',
  'an unknown job is 404');
select is(
  (select refusal from fixture.issue('j', 'alice', 'llm', 'training')), 'job_not_found',
  'a job of another chute is 404');
select is(
  (select refusal from fixture.issue('j', 'alice', 'full', 'done')), 'job_finished', 'a finished job is 409');
select results_eq(
  $$ select refusal, job_id, disk_gb
     from rigger.issue_launch_config('alice', 64, null, fixture.id('j'), 'full', 'training', 'x') $$,
  $$ values (null::text, 'training', 25) $$,
  'a job needs no capacity, and its disk goes into the token');
select is(
  (select miner_history from public.jobs where job_id = 'training'), '["alice"]',
  'the hotkey joins the history');
select is(
  (select disk_gb from rigger.issue_launch_config('alice', 64, null, fixture.id('j'), 'full', 'training',
  'x')),
  25, 'the same request again gets the same answer');
select is(
  (select miner_history from public.jobs where job_id = 'training'), '["alice"]', 'and does not join again');
select is(
  (select refusal from fixture.issue('k', 'alice', 'full', 'training')), 'job_tried_before',
  'a second try of the job is 403');

select is(
  (select array_agg(distinct i.refusal)
   from generate_series(2, 15) as n
   cross join lateral fixture.miner('miner ' || n) as miner
   cross join lateral fixture.issue('race ' || n, miner, 'full', 'training') as i),
  '{none}', 'fifteen hotkeys may race for a job');
select fixture.miner('late');
select is(
  (select refusal from fixture.issue('l', 'late', 'full', 'training')), 'job_race_full',
  'the sixteenth is 423');
-- A Chutes database forbids it, ours does not.
alter table public.jobs alter column miner_history drop not null;
update public.jobs set miner_history = null where job_id = 'training';
select is(
  (select refusal from fixture.issue('l', 'late', 'full', 'training')), 'none', 'a history of null is empty');

-- A database that the Chutes network's models made in one go.
create unique index on public.launch_configs (job_id) where job_id = 'single';
select fixture.job('single', 'full');
select is(
  (select refusal from fixture.issue('s1', 'alice', 'full', 'single')), 'none',
  'where a job has one launch config, the first miner gets it');
select is(
  (select refusal from fixture.issue('s2', 'late', 'full', 'single')), 'job_taken', 'the second is 409');
select is(
  (select miner_history from public.jobs where job_id = 'single'), '["alice"]',
  'and has not tried the job');
select throws_ok(
  $$ select rigger.issue_launch_config('late', 64, null, fixture.id('s1'), 'llm', null, 'key') $$,
  '23505', null, 'an id that another miner''s config has is an error');

select * from finish();
rollback;
