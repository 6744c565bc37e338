-- The events of a life, as the network's socket servers, miners and auditors know them: channel, reason, whom
-- they are for, and every member of their payload.
begin;
select plan(4);
select fixture.miner('alice'), fixture.chute('llm', 10, '{"gpu_count": 2}'),
       fixture.chute('old', 3, p_chutes_version => '0.2.20'), fixture.gpu('g1', 'alice'),
       fixture.gpu('g2', 'alice'), fixture.gpu('g3', 'alice', p_model => 'a6000');
select fixture.issue('new', 'alice', 'llm'), fixture.claim('new', '{g1,g2}', p_port => 20001),
       fixture.store('new', 'g1');
select fixture.begin('new');
select fixture.finish('new');
select rigger.activate_launch_config(fixture.config_id('new'), 64);
select rigger.delete_instance('alice', 64, null, fixture.id('d1'), 'llm', fixture.instance_id('new'));
select rigger.create_instance('alice', 64, null, fixture.id('old'), 'old', fixture.instance_id('old'),
                              '["g3"]', '1.2.3.4', '1.2.3.4', 20002, '00', null);
select rigger.activate_instance('alice', 64, null, fixture.id('p'), 'old', fixture.instance_id('old'), true);
select rigger.finish_background_verification(v.verification_id, fixture.id('worker'), 'passed', null)
from rigger.take_verification(fixture.id('worker'), '1 minute') v;
select rigger.evict(fixture.instance_id('old'), 'burns');

create function pg_temp.events(p_name text) returns table (
  channel text, reason text, recipients text[], message text, data jsonb, members text)
language sql
as $$
  select e.channel, e.reason, e.recipients, e.payload ->> 'message', e.payload -> 'data',
         (select string_agg(key, ' ' order by key) from jsonb_object_keys(e.payload) as key)
  from rigger.events e
  where e.payload -> 'data' ->> 'instance_id' = fixture.instance_id(p_name)
  order by e.event_id
$$;

select results_eq(
  $$ select channel, reason, recipients, message from pg_temp.events('new') $$,
  $$ values
    ('events', 'instance_created', null::text[], 'Miner alice: instance created of chute llm'),
    ('miner_broadcast', 'instance_verified', '{alice}', 'Miner alice: instance verified of chute llm'),
    ('events', 'instance_hot', null, 'Miner alice: instance hot of chute llm'),
    ('events', 'instance_activated', null, 'Miner alice: instance activated of chute llm'),
    ('events', 'instance_deleted', null, 'Miner alice: instance deleted of chute llm: miner initialized') $$,
  'the life of an instance with a launch config');
select results_eq(
  $$ select reason, data, members from pg_temp.events('new') $$,
  $$ select reason,
            jsonb_build_object('chute_id', 'llm', 'miner_hotkey', 'alice',
                               'instance_id', fixture.instance_id('new'),
                               'config_id', fixture.config_id('new'), 'gpu_count', 2,
                               'gpu_model_name', 'h100_sxm'),
            'data message reason'
     from unnest(array['instance_created', 'instance_verified', 'instance_hot', 'instance_activated',
                       'instance_deleted']) as reason $$,
  'each of them with all members, the GPU by its short name');
select results_eq(
  $$ select channel, reason, recipients, message from pg_temp.events('old') $$,
  $$ values
    ('events', 'instance_created', null::text[], 'Miner alice: instance created of chute old'),
    ('events', 'instance_activated', null, 'Miner alice: instance activated of chute old'),
    ('miner_broadcast', 'instance_verified', '{alice}', 'Miner alice: instance verified of chute old'),
    ('events', 'instance_hot', null, 'Miner alice: instance hot of chute old'),
    ('events', 'instance_deleted', null, 'Miner alice: instance deleted of chute old: burns') $$,
  'that of one of an old SDK');
select results_eq(
  $$ select distinct data, members from pg_temp.events('old') $$,
  $$ values (jsonb_build_object('chute_id', 'old', 'miner_hotkey', 'alice',
                                'instance_id', fixture.instance_id('old'), 'gpu_count', 1,
                                'gpu_model_name', 'a6000'), 'data message reason') $$,
  'without a config, and no member null');

select * from finish();
rollback;
