-- take_verification and finish_background_verification: the queue, its leases, and what a result does.
begin;
select plan(35);
select fixture.miner('alice'),
       fixture.chute('old', 5, p_chutes_version => '0.2.10', p_node_selector => '{"gpu_count": 2}'),
       fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice'), fixture.gpu('g3', 'alice'),
       fixture.gpu('g4', 'alice');
update public.nodes set device_index = case uuid when 'g1' then 1 when 'g2' then 0 else 5 end, seed = 4711;
update rigger.limits set value = 2 where name = 'verification.of_miner';
select rigger.create_instance('alice', 64, null, fixture.id(i), 'old', fixture.instance_id(i), to_jsonb(g),
                              '1.2.3.4', '1.2.3.4', p, '000102030405060708090a0b0c0d0e0f', null)
from (values ('a', '{g1,g2}'::text[], 20001), ('b', '{g3,g4}', 20002)) as w (i, g, p);
insert into public.fs_challenges (challenge_id, image_id, challenge_type, filename, "offset", length,
                                  expected)
select gen_random_uuid(), 'old image', t, '/usr/lib/' || t || i, i, 10, 'x'
from unnest(array['workdir', 'system']) as t, generate_series(1, 15) as i;
insert into public.fs_challenges (challenge_id, image_id, challenge_type, filename, "offset", length,
                                  expected)
select gen_random_uuid(), 'old image', 'never', f, 0, 10, 'x'
from unnest(array['/app/app.py', '/x/y.pyc', '/x/y.pyo']) as f;

create function pg_temp.take(p_worker text) returns text language sql
as $$ select instance_id from rigger.take_verification(fixture.id(p_worker), '1 minute') $$;
create function pg_temp.finish(p_instance text, p_worker text, p_result text, p_failure text default null)
returns boolean
language sql
as $$
  select rigger.finish_background_verification(max(verification_id), fixture.id(p_worker), p_result,
                                               p_failure)
  from rigger.verifications
  where instance_id = fixture.instance_id(p_instance)
$$;

select is(pg_temp.take('w1'), null, 'nothing is queued at first');
select rigger.activate_instance('alice', 64, null, fixture.id(i || ' patch'), 'old', fixture.instance_id(i),
                                true)
from unnest(array['a', 'b']) as i;
select is(
  pg_temp.take('w1'), fixture.instance_id('a'), 'the first that was queued is the first that is taken');
select is(pg_temp.take('w1'), fixture.instance_id('a'), 'the same turn again gets the same one');
select is(pg_temp.take('w2'), fixture.instance_id('b'), 'another worker gets the next');
select is(pg_temp.take('w3'), null, 'a third finds none');

select results_eq(
  $$ select host, address, port, symmetric_key, miner_hotkey, holds_key, hides_paths, shows_files, code,
            filename, ref_str
     from rigger.take_verification(fixture.id('w1'), '1 minute') $$,
  $$ values ('1.2.3.4'::text, '1.2.3.4'::text, 20001, '000102030405060708090a0b0c0d0e0f'::text, 'alice'::text,
             true, false, false, 'print(1)'::text, 'app.py'::text, 'app:chute'::text) $$,
  'a worker is told what it needs');
select results_eq(
  $$ select g ->> 'uuid', (g ->> 'seed')::int, (g ->> 'iterations')::int, g -> 'device_info' ->> 'uuid'
     from rigger.take_verification(fixture.id('w1'), '1 minute') t, json_array_elements(t.gpus) as g $$,
  $$ values ('g2'::text, 4711, 5, 'g2'::text), ('g1', 4711, 5, 'g1') $$, 'the GPUs come by their index');
select results_eq(
  $$ select regexp_replace(c ->> 'filename', '[0-9]+$', ''), count(*)
     from rigger.take_verification(fixture.id('w1'), '1 minute') t, json_array_elements(t.challenges) as c
     group by 1 order by 1 $$,
  $$ values ('/usr/lib/system'::text, 10::bigint), ('/usr/lib/workdir', 10) $$,
  'ten challenges a type, none of the chute''s own file nor of compiled ones');

select is(pg_temp.finish('a', 'w2', 'passed'), false, 'what another holds cannot be finished');
select is(pg_temp.finish('a', 'w1', 'unjudged'), true, 'it can be given back');
select is(pg_temp.take('w3'), fixture.instance_id('a'), 'and another takes it');
select is(pg_temp.finish('a', 'w1', 'passed'), false, 'then who gave it back cannot finish it');
update rigger.verifications
set lease_until = now() - interval '1 second'
where instance_id = fixture.instance_id('a');
select is(pg_temp.take('w4'), fixture.instance_id('a'), 'so it is where a lease is over');
select is(pg_temp.finish('a', 'w3', 'passed'), false, 'and the late one cannot finish');

select is(pg_temp.finish('a', 'w4', 'passed'), true, 'an instance passes');
select results_eq(
  $$ select verified, active, verification_error::text, last_verified_at is not null from public.instances
     where instance_id = fixture.instance_id('a') $$,
  $$ values (true, true, null::text, true) $$, 'and is verified');
select is(
  fixture.events('a'), 'instance_created instance_activated instance_verified instance_hot',
  'and that is announced');
update rigger.verifications set finished_at = 'epoch' where instance_id = fixture.instance_id('a');
select is(pg_temp.finish('a', 'w4', 'passed'), true, 'said twice');
select is(pg_temp.finish('a', 'w4', 'failed', 'x'), false, 'but not otherwise');
select is(
  fixture.events('a'), 'instance_created instance_activated instance_verified instance_hot',
  'it changes nothing');
select is(
  (select finished_at from rigger.verifications where instance_id = fixture.instance_id('a')), 'epoch',
  'nor the history');
select isnt(
  (select verified_at from public.instance_audit where instance_id = fixture.instance_id('a')), null,
            'the audit has it');

select is(pg_temp.finish('b', 'w2', 'failed', 'code_differs'), true, 'an instance fails');
select results_eq(
  $$ select verified, active, verification_error::text, last_verified_at from public.instances
     where instance_id = fixture.instance_id('b') $$,
  $$ values (false, true, 'The code is not the chute''s'::text, null::timestamptz) $$, 'with the reason');
select is(fixture.events('b'), 'instance_created instance_activated', 'which nobody else is told');
select results_eq(
  $$ select state, failure, lease_until
     from rigger.verifications
     where instance_id = fixture.instance_id('b') $$,
  $$ values ('failed'::text, 'code_differs'::text, null::timestamptz) $$, 'and the history has it');

select is(rigger.requeue_verification(fixture.instance_id('a')), true, 'a hot instance is looked at again');
select is(pg_temp.take('w5'), fixture.instance_id('a'), 'by a worker');
select is(pg_temp.finish('a', 'w5', 'passed'), true, 'and passes again');
select is(fixture.events('a'), 'instance_created instance_activated instance_verified instance_hot',
          'which is no change to announce');
select rigger.requeue_verification(fixture.instance_id('a'));
select pg_temp.take('w6');
select pg_temp.finish('a', 'w6', 'failed', 'old_sdk_key_wrong');
select is((select verified from public.instances where instance_id = fixture.instance_id('a')), false,
          'one that fails later is verified no more');

select rigger.activate_instance('alice', 64, null, fixture.id('again'), 'old', fixture.instance_id('b'),
                                true);
select is(pg_temp.take('w7'), fixture.instance_id('b'), 'a miner may have a failed one looked at again');
select rigger.delete_instance('alice', 64, null, fixture.id('deletion'), 'old', fixture.instance_id('b'));
select is(rigger.finish_background_verification(1, fixture.id('w7'), 'passed', null), false,
          'one that was deleted meanwhile is nobody''s to finish');
select is_empty(
  $$ select from rigger.verifications where instance_id = fixture.instance_id('b') $$,
  'its history went with it');
select is_empty($$ select * from rigger.check_invariants() $$, 'no promise is broken');

select * from finish();
rollback;
