-- One item that fails does not stop the others: the reaper and the verifiers pass it over, note it, and try
-- it again later. What the background says of its duties, and what a setting may be.
begin;
select plan(24);
select fixture.miner('alice'), fixture.chute('llm', 10), fixture.gpu('g1', 'alice'),
       fixture.gpu('g2', 'alice'), fixture.gpu('g3', 'alice'), fixture.gpu('g4', 'alice'),
       fixture.chute('old', 5, p_chutes_version => '0.2.10');

-- A trigger of the network that fails at one row.
create function public.stumble() returns trigger language plpgsql
as $$
begin
  if old.miner_hotkey = 'poison' then
    raise exception 'a % that nobody can write', tg_table_name using errcode = 'data_corrupted';
  end if;
  return coalesce(new, old);
end
$$;
create trigger stumble before update on public.launch_configs
for each row execute function public.stumble();
create trigger stumble before delete on public.instances
for each row execute function public.stumble();

select fixture.issue('bad', 'alice', 'llm'), fixture.issue('good', 'alice', 'llm');
update public.launch_configs set created_at = created_at - interval '1 year';
update public.launch_configs set miner_hotkey = 'poison' where config_id = fixture.config_id('bad');
select rigger.create_instance('alice', 64, null, fixture.id(i), 'old', fixture.instance_id(i), to_jsonb(g),
                              '1.2.3.4', '1.2.3.4', p, '000102030405060708090a0b0c0d0e0f', null)
from (values ('a', '{g1}'::text[], 20001), ('b', '{g2}', 20002)) as w (i, g, p);
update public.instances set created_at = created_at - interval '1 year';
update public.instances set miner_hotkey = 'poison' where instance_id = fixture.instance_id('a');

select set_eq(
  $$ select id from rigger.reap() $$,
  $$ values (fixture.config_id('good')), (fixture.instance_id('b')) $$, 'the reaper takes what it can');
select set_eq(
  $$ select duty, item, sqlstate, failures from rigger.troubles $$,
  $$ values ('reaper', fixture.config_id('bad'), 'XX001', 1),
            ('reaper', fixture.instance_id('a'), 'XX001', 1) $$, 'and notes what it cannot');
select matches(
  (select string_agg(warning, ' ') from rigger.warnings()),
  'the reaper cannot do 2 items and goes on without them, see rigger.troubles: .* \(SQLSTATE XX001\)',
  'of which it warns');
select rigger.reap();
select is((select max(failures) from rigger.troubles), 1, 'it is not tried again at once');
update rigger.troubles set retry_at = now();
select rigger.reap();
select is((select min(failures) from rigger.troubles), 2, 'but later');
select is((select max(retry_at) from rigger.troubles), now() + interval '2 minutes', 'after twice the pause');
update rigger.troubles set failures = 1000, retry_at = now();
select rigger.reap();
select is((select max(retry_at) from rigger.troubles), now() + interval '1 hour', 'or an hour');
drop trigger stumble on public.launch_configs;
drop trigger stumble on public.instances;
update rigger.troubles set retry_at = now();
select set_eq(
  $$ select id from rigger.reap() $$,
  $$ values (fixture.config_id('bad')), (fixture.instance_id('a')) $$, 'what is well again is taken');
select is_empty($$ select * from rigger.troubles $$, 'and no trouble any more');

-- A verification that cannot be handed out.
select rigger.create_instance('alice', 64, null, fixture.id(i), 'old', fixture.instance_id(i), to_jsonb(g),
                              '1.2.3.4', '1.2.3.4', p, '000102030405060708090a0b0c0d0e0f', null)
from (values ('c', '{g3}'::text[], 20003), ('d', '{g4}', 20004)) as w (i, g, p);
select rigger.activate_instance('alice', 64, null, fixture.id(i || ' patch'), 'old', fixture.instance_id(i),
                                true)
from unnest(array['c', 'd']) as i;
create or replace function rigger.device_info(p_gpu_uuid text) returns json language plpgsql
as $$
begin
  if p_gpu_uuid = 'g3' then
    raise exception 'a GPU that nobody can read' using errcode = 'data_corrupted';
  end if;
  return '{}';
end
$$;
create function pg_temp.take(p_worker text) returns text language sql
as $$ select instance_id from rigger.take_verification(fixture.id(p_worker), '1 minute') $$;
select is(pg_temp.take('w1'), null, 'what cannot be read is nothing to a verifier');
select is(pg_temp.take('w1'), fixture.instance_id('d'), 'who gets the next one');
select is((select sqlstate from rigger.troubles where duty = 'verifier'), 'XX001', 'it is noted');
select is(pg_temp.take('w2'), null, 'nobody gets it meanwhile');
create or replace function rigger.device_info(p_gpu_uuid text) returns json language sql
as 'select null::json';
update rigger.verifications set lease_until = now() - interval '1 second' where worker_id is null;
update rigger.verifications set state = 'passed' where worker_id is not null;
select is(pg_temp.take('w3'), fixture.instance_id('c'), 'and later it is handed out');
select is_empty($$ select * from rigger.troubles $$, 'and no trouble any more');

-- What the background says.
select rigger.note_duty('relay', 'Redis does not take them');
select rigger.note_duty('relay', 'Redis does not take them');
select rigger.note_duty('pruner', 'SQLSTATE XX000');
select matches(
  (select string_agg(warning, ' ') from rigger.warnings()),
  'the pruner has failed 1 times .*: SQLSTATE XX000.* the relay has failed 2 times in a row since'
  ' [-0-9]+T[0-9:]+Z: Redis does not take them', 'a duty that fails is warned of');
select rigger.note_duty('relay', null);
select is((select string_agg(duty, ' ') from rigger.duties), 'pruner', 'until it is well again');

-- What a setting may be.
select throws_like(
  $$ insert into rigger.settings (key, value) values ('reaper_interval', '"one hour"') $$,
  'there is no setting "reaper_interval"', 'a setting that nothing reads is refused');
select throws_like(
  $$ insert into rigger.settings (key, value) values ('environment_rules', '"one hour"') $$,
  'the setting "environment_rules" has to be an object of rules', 'as are rules that are none');
select throws_like(
  $$ insert into rigger.settings (key, value) values ('serve_unbilled', '5')
     on conflict (key) do update set value = excluded.value $$,
  'the setting "serve_unbilled" has to be the name of a generation, as text', 'a generation that is none');
select throws_like(
  $$ insert into rigger.settings (key, value) values ('events_pruned_to', '"one hour"') $$,
  'the setting "events_pruned_to" has to be a time, as text', 'and a time that is none');
select lives_ok(
  $$ insert into rigger.settings (key, value)
     values ('environment_rules', '{}'), ('events_pruned_to', '"2026-01-01Z"') $$,
  'what can be read is taken');

-- One that was written before it was refused.
alter table rigger.settings disable trigger guard_settings;
update rigger.settings set value = '"one hour"' where key = 'events_pruned_to';
alter table rigger.settings enable trigger guard_settings;
insert into rigger.events (channel, reason, payload, created_at)
values ('events', 'r', '{}', now() - interval '1 year');
select lives_ok($$ select rigger.prune_events('1 day') $$,
                'the pruner gets over a setting that cannot be read');
select matches((select value #>> '{}' from rigger.settings where key = 'events_pruned_to'), '^20',
               'and mends it');

select * from finish();
rollback;
