-- The views of administrators.
begin;
select plan(21);
select fixture.miner('alice'), fixture.miner('bob', 'cheats'), fixture.chute('llm', 5),
       fixture.chute('jobs', 0), fixture.chute('old', 3, p_chutes_version => '0.2.20'),
       fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice'), fixture.gpu('g3', 'alice'),
       fixture.gpu('g4', 'alice'), fixture.job('job', 'jobs');
select fixture.live('hot', 'active', 'llm', 'alice', 'g1', 20001),
       fixture.live('challenged', 'challenged', 'llm', 'alice', 'g2', 20002);
select fixture.issue('job config', 'alice', 'jobs', 'job'),
       fixture.claim('job config', '{g3}', p_port => 20003);
select fixture.issue('issued', 'alice', 'llm'), fixture.issue('failed', 'alice', 'llm');
select fixture.claim('failed', '{g3}', p_port => 20004);
select rigger.create_instance('alice', 64, null, fixture.id('old'), 'old', fixture.instance_id('old'),
                              to_jsonb('{g4}'::text[]), '1.2.3.4', '1.2.3.4', 20005, '00', null);

select results_eq(
  $$ select target, total, hot, free, rolling_update, rolling_quota
     from rigger.v_chute_capacity
     where chute_id = 'llm' $$,
  $$ values (5::bigint, 2::bigint, 1::bigint, 3::bigint, false, null::numeric) $$, 'places of a chute');
insert into public.rolling_updates (chute_id, old_version, new_version, started_at, permitted)
values ('llm', '1', '2', now(), '{"alice": 2, "bob": 1}');
select results_eq(
  $$ select rolling_update, rolling_quota from rigger.v_chute_capacity where chute_id = 'llm' $$,
  $$ values (true, 3::numeric) $$, 'a rolling update and what is left of its quotas');

select results_eq(
  $$ select state, reason, count from rigger.v_launch_funnel order by state $$,
  $$ values ('active', null, 1::bigint), ('challenged', null, 1::bigint), ('claimed', null, 1::bigint),
            ('failed', 'GPU g3 is in use', 1::bigint), ('issued', null, 1::bigint) $$,
  'what became of the launch configs');
update public.launch_configs set verification_error = 'GPU 6f1e1c9a-0d4e-4b59-8d0f-000000000000 is in use'
where failed_at is not null;
select is((select reason from rigger.v_launch_funnel where state = 'failed'), 'GPU * is in use',
          'ids do not tear a reason apart');

select results_eq(
  $$ select chute::text, miner_hotkey::text, address, active, verified, gpus::text[], gpu_models::text[],
            job_id::text, background_verification
     from rigger.v_instances where instance_id = fixture.instance_id('hot') $$,
  $$ values ('llm'::text, 'alice'::text, '1.2.3.4'::text, true, true, '{g1}'::text[], '{h100_sxm}'::text[],
             null::text, null::text) $$, 'an instance');
select is((select job_id from rigger.v_instances where config_id = fixture.config_id('job config')), 'job',
          'the instance of a job');

select results_eq(
  $$ select blacklist_reason, gpus, gpus_in_use, instances, hot, failed_today
     from rigger.v_miners
     where hotkey = 'alice' $$,
  $$ values (null::text, 4::bigint, 4::bigint, 4::bigint, 1::bigint, 1::bigint) $$, 'a miner');
select is(
  (select blacklist_reason || gpus from rigger.v_miners where hotkey = 'bob'), 'cheats0',
  'one that is shut out');

select fixture.gpu('g5', 'alice'), fixture.gpu('g6', 'alice');
select fixture.live('verified', 'verified', 'llm', 'alice', 'g5', 20006);
select fixture.live('ended', 'active', 'llm', 'alice', 'g6', 20007);
select rigger.remove_instance(fixture.instance_id('ended'), 'gone');
select results_eq(
  $$ select l.state, l.open, l.waiting_for, l.instance_id = fixture.instance_id(n.name),
            date_trunc('second', l.until - now()), l.failure::text
     from (values (1, 'issued'), (2, 'job config'), (3, 'challenged'), (4, 'verified'), (5, 'hot'),
                  (6, 'ended'), (7, 'failed')) as n (place, name)
     join rigger.v_launches l on l.config_id = fixture.config_id(n.name)
     order by n.place $$,
  $$ values ('issued', true, 'its claim', null::boolean, interval '7200 seconds', null::text),
            ('claimed', true, 'its challenge', true, interval '60 seconds', null),
            ('challenged', true, 'the answer to its challenge', true, interval '210 seconds', null),
            ('verified', false, 'its activation', true, null, null),
            ('active', false, null, true, null, null),
            ('ended', false, null, null, null, null),
            ('failed', false, null, null, null, 'GPU 6f1e1c9a-0d4e-4b59-8d0f-000000000000 is in use') $$,
  'every state of a launch');
select is(
  (select job_id from rigger.v_launches where config_id = fixture.config_id('job config')), 'job',
  'the job of a launch');
update rigger.limits
set value = case name when 'token.lifetime' then 1000 when 'challenge.grace' then 7 else 30 end
where name in ('token.lifetime', 'claim.challenge_stored_within', 'challenge.grace');
select results_eq(
  $$ select state, date_trunc('second', until - now()) from rigger.v_launches where open order by 2 $$,
  $$ values ('claimed', interval '30 seconds'), ('challenged', interval '157 seconds'),
            ('issued', interval '1000 seconds') $$,
  'its times are limits');
update rigger.limits set value = initial;
update rigger.challenges
set lease_until = now() + interval '10 minutes'
where config_id = fixture.config_id('challenged');
select is(
  (select until - now() from rigger.v_launches where config_id = fixture.config_id('challenged')),
  interval '10 minutes', 'an attempt that is under way is waited for');
update rigger.challenges set lease_until = null;
insert into public.launch_configs (config_id, seed, env_key, chute_id, miner_uid, miner_hotkey, miner_coldkey,
                                   retrieved_at)
values ('of the Python service', 1, 'key', 'llm', 7, 'bob', 'bob cold', now() - interval '1 day');
select results_eq(
  $$ select state, open, until from rigger.v_launches where miner_hotkey = 'bob' $$,
  $$ values ('challenged', true, null::timestamptz) $$,
  'what another service has challenged is not ours to take');

select results_eq(
  $$ select kind, id::text, waiting_for, date_trunc('second', taken_at - now())
     from rigger.v_stuck
     order by taken_at $$,
  $$ values ('launch_config', fixture.config_id('job config'), 'its challenge', interval '60 seconds'),
            ('launch_config', fixture.config_id('challenged'), 'the answer to its challenge',
             interval '210 seconds'),
            ('instance', fixture.instance_id('old'), 'its background verification', interval '3600 seconds'),
            ('launch_config', fixture.config_id('issued'), 'its claim', interval '7200 seconds') $$,
  'what waits, and when the reaper takes it');
update rigger.limits set value = 30 where name = 'instance.verified_within';
select is((select taken_at - now() from rigger.v_stuck where kind = 'instance'), interval '30 seconds',
          'an administrator may make it sooner');
update public.launch_configs
set created_at = created_at - interval '3 hours', retrieved_at = retrieved_at - interval '1 hour'
where verified_at is null;
update rigger.challenges set expires_at = expires_at - interval '1 hour' where decided_at is null;
update public.instances set created_at = created_at - interval '1 hour' where config_id is null;
select set_eq(
  $$ select id from rigger.v_stuck where taken_at < now() and kind = 'launch_config' $$,
  $$ select config_id from rigger.v_launches where until < now() $$,
  'v_stuck shows the launches that are overdue');
select set_eq(
  $$ select id from rigger.v_stuck where taken_at < now() $$,
  $$ select id from rigger.reap() $$, 'and the reaper takes just that');
select is_empty($$ select from rigger.v_stuck $$, 'then nothing waits');

select results_eq(
  $$ select channel, reason, chute_id, miner_hotkey, config_id, recipients from rigger.v_events
     where instance_id = fixture.instance_id('hot') order by event_id limit 2 $$,
  $$ values ('events'::text, 'instance_created'::text, 'llm'::text, 'alice'::text, fixture.config_id('hot'),
             null::text[]),
            ('miner_broadcast', 'instance_verified', 'llm', 'alice', fixture.config_id('hot'), '{alice}') $$,
  'the events');
select is_empty(
  $$ select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace = 'rigger'::regnamespace and c.relkind = 'v'
       and a.attname ~ 'key|secret|seed|code|cacert'
       and a.attname not in ('hotkey', 'miner_hotkey', 'coldkey') $$, 'no view shows a key');
select is_empty($$ select * from rigger.check_invariants() $$, 'no promise is broken');

select * from finish();
rollback;
