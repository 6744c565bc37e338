begin;
select plan(32);

select fixture.miner('alice'), fixture.chute('llm'), fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice'),
       fixture.gpu('g3', 'alice'), fixture.gpu('g4', 'alice'), fixture.gpu('g5', 'alice');

create function pg_temp.attempt(p_config text) returns uuid language sql
as $$ select attempt_id from rigger.challenges where config_id = fixture.config_id(p_config) $$;

-- 1: the state.
select is((select refusal from fixture.begin('none')), 'config_unknown', '1: an unknown config is 401');
select fixture.issue('a', 'alice', 'llm');
select is(
  (select refusal from fixture.begin('a')), 'config_not_claimed', '1: a config that is not claimed is 409');
select is(
  (select refusal from fixture.begin('a', 'first', false)), 'config_not_claimed', '1: whatever the body');
select fixture.claim('a', '{g1}');
select is(
  (select refusal from fixture.begin('a')), 'challenge_not_ready',
  '1: a claim whose challenge is being made is 409');
select fixture.store('a', 'g1');

-- 3: a malformed body.
select is((select result from fixture.begin('a', 'first', false)), 'malformed', '3: a malformed body is 422');
select is(pg_temp.attempt('a'), null, '3: and no attempt');

-- What the checks get.
select results_eq(
  $$ select result, refusal, instance_id, symmetric_key, gpu_uuid, device_info::jsonb ->> 'uuid', algorithm,
            seed, iterations, kept, address, probe_ports, digest_with_claim, image_id, patch_version, filename
     from rigger.begin_verification(fixture.config_id('a'), fixture.id('first'), 60000, true) $$,
  $$ values ('begun', null::text, fixture.instance_id('a'), '000102030405060708090a0b0c0d0e0f', 'g1', 'g1',
             'rigger-matmul-v1', 4711::numeric, 5, '{"n": 256, "secret_row": 17}'::jsonb, '1.2.3.4',
             null::jsonb, true, 'llm image', 'patch 1', 'app.py') $$,
  'an attempt gets what the checks need, and without a job nothing to probe');
select is(pg_temp.attempt('a'), fixture.id('first'), 'it holds the challenge');
select ok(
  (select attempt_at = now() and lease_until between clock_timestamp() + interval '50 seconds'
                                                 and clock_timestamp() + interval '60 seconds'
   from rigger.challenges where config_id = fixture.config_id('a')),
  'from when it was asked for until the lease ends');

-- One attempt at a time.
select is(
  (select result from fixture.begin('a', 'first')), 'begun', 'the same attempt again gets the same answer');
select is((select refusal from fixture.begin('a', 'second')), 'attempt_under_way',
          'another attempt is told so, at once');
select is((select refusal from fixture.begin('a', 'second', false)), 'attempt_under_way',
          'a malformed one as well');
update rigger.challenges set expires_at = now() - interval '1 second'
where config_id = fixture.config_id('a');
select is(
  (select refusal from fixture.begin('a', 'second')), 'attempt_under_way',
  'a late one does not end an attempt that was in time');
select is(
  (select result from fixture.begin('a', 'first')), 'begun', 'which may ask again after the time limit');
select is(pg_temp.attempt('a'), fixture.id('first'), 'none of these took the challenge');

-- 2: time.
update rigger.challenges set lease_until = now() - interval '1 second'
where config_id = fixture.config_id('a');
select results_eq(
  $$ select result, refusal from fixture.begin('a', 'third') $$, $$ values ('refused', 'time_limit_over') $$,
  '2: an attempt after the time limit is 403');
select results_eq(
  $$ select l.failed_at is not null, l.verification_error <> '', a.deleted_at is not null,
            a.deletion_reason <> ''
     from public.launch_configs l
     join rigger.placements using (config_id)
     join public.instance_audit a using (instance_id)
     where config_id = fixture.config_id('a') $$,
  $$ values (true, true, true, true) $$,
  '2: the config fails, with its reason in the audit');
select is_empty(
  $$ select from public.instances where config_id = fixture.config_id('a') $$, '2: the instance goes');
select is_empty($$ select from public.instance_nodes where node_id = 'g1' $$, '2: its GPU is free');
select is(fixture.events('a'), 'instance_created instance_deleted', '2: it is announced');
select is((select refusal from fixture.begin('a', 'fourth')), 'config_failed', '1: a failed config is 403');

select fixture.live('b', 'challenged', 'llm', 'alice', 'g2', 20001);
update rigger.challenges set expires_at = now() where config_id = fixture.config_id('b');
select is((select result from fixture.begin('b')), 'begun', '2: the last moment is in time');
update rigger.challenges set lease_until = now(), expires_at = now() + interval '1 minute'
where config_id = fixture.config_id('b');
select is(
  (select result from fixture.begin('b', 'second')), 'begun',
  'an attempt whose lease ended counts as never made');
select is(pg_temp.attempt('b'), fixture.id('second'), 'and the next one holds it');

select fixture.live('c', 'verified', 'llm', 'alice', 'g3', 20002);
select is(
  (select refusal from fixture.begin('c', 'second')), 'config_verified', '1: a verified config is 400');
select is(
  (select refusal from fixture.begin('c', 'second', false)), 'config_verified', '1: whatever the body');

select fixture.live('d', 'challenged', 'llm', 'alice', 'g4', 20003);
delete from public.instances where instance_id = fixture.instance_id('d');
select is((select refusal from fixture.begin('d')), 'instance_gone', '1: an instance that is gone is 404');
select is(
  (select failed_at is not null from public.launch_configs where config_id = fixture.config_id('d')), true,
  '1: and its config fails');

-- Jobs: what is to be probed.
select fixture.chute('jobs', 0, '{"gpu_count": 1}',
                     '[{"name": "train", "ports": [{"name": "ssh", "port": 22, "proto": "tcp"}]}]'),
       fixture.job('training', 'jobs'), fixture.job('quiet', 'jobs', 'none');
select fixture.issue('j', 'alice', 'jobs', 'training');
select is(
  (select refusal from fixture.claim('j', '{g5}', p_port_mappings => '[
     {"internal_port": 8000, "external_port": 21000, "proto": "tcp"},
     {"internal_port": 22, "external_port": 21022, "proto": "tcp"},
     {"internal_port": 8001, "external_port": 21001, "proto": "tcp"}]')),
  'none', 'a job with a port is claimed');
select fixture.store('j', 'g5');
select is(
  (select probe_ports
   from rigger.begin_verification(fixture.config_id('j'), fixture.id('first'), 60000, true)),
  '[{"internal_port": 22, "external_port": 21022, "proto": "tcp"}]',
  '7: every mapping but 8000 and 8001 is to be probed');
select fixture.issue('k', 'alice', 'jobs', 'quiet'), fixture.gpu('g6', 'alice');
select is(
  (select refusal from fixture.claim('k', '{g6}', p_port => 21100)), 'none',
  'a job without ports is claimed');
select fixture.store('k', 'g6');
select is(
  (select probe_ports
   from rigger.begin_verification(fixture.config_id('k'), fixture.id('first'), 60000, true)),
  '[]', '7: and has none to probe');

select * from finish();
rollback;
