begin;
select plan(80);

select fixture.miner('alice'), fixture.miner('bob'), fixture.chute('llm'),
       fixture.chute('pair', 10, '{"gpu_count": 2, "include": ["H100_SXM"], "exclude": ["a100"]}'),
       fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice'), fixture.gpu('g3', 'alice'),
       fixture.gpu('g4', 'alice'),
       fixture.gpu('b1', 'bob');

create function pg_temp.failed(p_config text) returns boolean language sql
as $$
  select failed_at is not null from public.launch_configs where config_id = fixture.config_id(p_config)
$$;
create function pg_temp.claimed(p_config text) returns boolean language sql
as $$
  select retrieved_at is not null from public.launch_configs where config_id = fixture.config_id(p_config)
$$;

-- 9: everything is written together.
select fixture.issue('a', 'alice', 'llm');
select results_eq(
  $$ select refusal, subject, job_id, gpu_uuid, device_info::text, iterations
     from rigger.claim_launch_config(fixture.config_id('a'), 64, 'Host.Example', '1.2.3.4', '9.9.9.9',
       '["h1", "h1"]', fixture.port_mappings(20001), fixture.instance_id('a'), '00', null, null) $$,
  $$ values ('gpu_not_owned', 'h1', null::text, null::text, null::text, null::integer) $$,
  'a refused claim has no challenge');
select fixture.issue('a1', 'alice', 'llm');
update public.nodes set verification_host = 'host.example' where uuid = 'g1';
select results_eq(
  $$ select refusal, subject, job_id, gpu_uuid, device_info::text, iterations
     from rigger.claim_launch_config(fixture.config_id('a1'), 64, 'Host.Example', '1.2.3.4', '9.9.9.9',
       '["g1"]', fixture.port_mappings(20001), fixture.instance_id('a1'), '000102', null, null) $$,
  $$ values (null::text, null::text, null::text, 'g1',
             '{"uuid":"g1","name":"NVIDIA h100_sxm","memory":85899345920,"major":9,"minor":0,'
             '"processors":132,"sxm":true,"clock_rate":1980000,"max_threads_per_processor":2048,'
             '"concurrent_kernels":true}', 5) $$,
  'a claim draws a GPU and tells what it is, without what is null, and its iterations');
select results_eq(
  $$ select host::text, port, chute_id::text, version::text, miner_uid, miner_hotkey::text,
            miner_coldkey::text, region::text, active, verified, chutes_version::text, symmetric_key::text,
            config_id::text, port_mappings
     from public.instances where instance_id = fixture.instance_id('a1') $$,
  $$ values ('host.example', 20001, 'llm', 'version 1', 7, 'alice', 'alice cold', 'n/a', false, false,
             '0.3.5', '000102', fixture.config_id('a1'), fixture.port_mappings(20001)) $$,
  'the instance is made from the config and the chute, inactive and unverified');
select results_eq(
  $$ select node_id::text from public.instance_nodes where instance_id = fixture.instance_id('a1') $$,
  array['g1'],
  'it has its GPU');
select is(
  (select host(address) from rigger.vetted_addresses where instance_id = fixture.instance_id('a1')),
  '1.2.3.4',
  'and its vetted address');
select results_eq(
  $$ select rule, instances_before, instances_allowed, quota_taken, config_id, chute_id, miner_hotkey
     from rigger.placements where instance_id = fixture.instance_id('a1') $$,
  $$ values ('no_hot_instance', 0, 13, false, fixture.config_id('a1'), 'llm', 'alice') $$,
  'and the record of the place it took');
select results_eq(
  $$ select chute_id, version, miner_uid, miner_hotkey, region, verified_at, deleted_at
     from public.instance_audit where instance_id = fixture.instance_id('a1') $$,
  $$ values ('llm', 'version 1', '7', 'alice', 'n/a', null::timestamp, null::timestamp) $$,
  'and its audit row');
select is(fixture.events('a1'), 'instance_created', 'and one event');
select results_eq(
  $$ select retrieved_at >= now() at time zone 'utc', seed, host::text, port
     from public.launch_configs where config_id = fixture.config_id('a1') $$,
  $$ values (true, 0::numeric, 'host.example', 20001) $$,
  'and the config is claimed, the challenge still to be made');

-- 1: unknown, claimed, failed.
select is(
  (select refusal from fixture.claim('none', '{g2}')), 'config_unclaimable', '1: an unknown config is 401');
select is(
  (select gpu_uuid
   from rigger.claim_launch_config(fixture.config_id('a1'), 64, 'host.example', '1.2.3.4', '1.2.3.4',
     '["g1"]', fixture.port_mappings(20001), fixture.instance_id('a1'), '000102', null, null)),
  'g1', '1: the same request again gets its answer again');
select is(
  (select coalesce(refusal, 'none')
   from rigger.claim_launch_config(fixture.config_id('a1'), 64, '1.2.3.4', '1.2.3.4', '1.2.3.4', '["g2"]',
     fixture.port_mappings(20002), 'another', '00', null, null)),
  'config_unclaimable', '1: a claimed config is 401');
select is(
  (select refusal from fixture.claim('a', '{g2}')), 'config_unclaimable', '1: a failed config is 401');
select is((select count(*) from public.instances), 1::bigint, '1: and nothing was made');

-- 2: chute, miner, capacity.
select fixture.issue('b', 'alice', 'llm');
update public.metagraph_nodes set blacklist_reason = 'cheats' where hotkey = 'alice';
select is(
  (select refusal from fixture.claim('b', '{g2}')), 'hotkey_blacklisted',
  '2: a miner blacklisted since is 403');
update public.metagraph_nodes set blacklist_reason = null, netuid = 1 where hotkey = 'alice';
select is(
  (select refusal from fixture.claim('b', '{g2}')), 'hotkey_unregistered',
  '2: a miner deregistered since is 401');
update public.metagraph_nodes set netuid = 64 where hotkey = 'alice';
select fixture.target('llm', 1);
select fixture.instances('llm', 'bob', 1);
select is((select refusal from fixture.claim('b', '{g2}')), 'chute_full', '2: capacity gone since is 423');
select fixture.target('llm', 50);
select is(pg_temp.failed('b'), false, '2: none of these fails the config');
set local session_replication_role = replica;
update public.launch_configs set chute_id = 'gone' where config_id = fixture.config_id('b');
select is(
  (select refusal from fixture.claim('b', '{g2}')), 'chute_not_found', '2: a chute that is gone is 404');
update public.launch_configs set chute_id = 'llm' where config_id = fixture.config_id('b');
set local session_replication_role = origin;

-- 3: host and port.
select lives_ok(
  $$ select fixture.claim('b', '{g2}', p_address => null, p_host_refusal => 'host_not_public') $$,
  '3: a host without an address is no error');
select results_eq(
  $$ select * from fixture.claim('b', '{g2}', p_address => null, p_host_refusal => 'host_not_public') $$,
  $$ values ('host_not_public', 'host is not at a public unicast address') $$,
  '3: a host that was found wanting is 400');
select is(
  (select refusal from fixture.claim('b', '{g2}', 'HOST.example', 20001)), 'host_port_taken',
  '3: host and port taken are 409');
select is(pg_temp.failed('b'), false, '3: neither fails the config');

-- 5 and 6: environment and filesystem.
select results_eq(
  $$ select * from fixture.claim('b', '{g2}', p_failure => 'code_differs') $$,
  $$ values ('code_differs', 'The code is not the chute''s') $$,
  '5: a wrong environment is 403');
select results_eq(
  $$ select failed_at is not null, verification_error::text from public.launch_configs
     where config_id = fixture.config_id('b') $$,
  $$ values (true, 'The code is not the chute''s') $$,
  '5: and fails the config');
select fixture.issue('c', 'alice', 'llm');
select results_eq(
  $$ select * from fixture.claim('c', '{g2}', p_failure => 'filesystem_differs') $$,
  $$ values ('filesystem_differs', 'The filesystem is not the image''s') $$,
  '6: a wrong filesystem is 403');
select is(pg_temp.failed('c'), true, '6: and fails the config');
select fixture.issue('d', 'alice', 'llm');
select is(
  (select refusal from fixture.claim('d', '{g2}', p_client => '9.9.9.9')), 'none',
  '4: without a job the client may be elsewhere');

-- 8: GPUs.
select fixture.gpu('unverified', 'alice', '1.2.3.4', 'h100_sxm', false),
       fixture.gpu('small', 'alice', '1.2.3.4', 'a4000'),
       fixture.gpu('unheard of', 'alice', '1.2.3.4', 'z80'),
       fixture.gpu('elsewhere', 'alice', '5.6.7.8'),
       fixture.gpu('a100', 'alice', '1.2.3.4', 'a100');

-- Refusal, its text, and end of a claim of 'pair' for these GPUs.
create function pg_temp.claim_gpus(p_gpus text[]) returns text language sql
as $$
  select fixture.issue(p_gpus::text, 'alice', 'pair');
  select concat_ws(' ', c.refusal, '(' || c.said || ')')
         || case when pg_temp.failed(p_gpus::text) then ' failed' else ' open' end
  from fixture.claim(p_gpus::text, p_gpus, p_port => 30000) c
$$;

select is(
  pg_temp.claim_gpus('{}'), 'gpu_count_wrong (The chute needs 2 distinct GPUs) failed', '8: no GPU is 400');
select is(
  pg_temp.claim_gpus('{g3}'), 'gpu_count_wrong (The chute needs 2 distinct GPUs) failed',
  '8: too few are 400');
select is(
  pg_temp.claim_gpus('{g3,g4,b1}'), 'gpu_count_wrong (The chute needs 2 distinct GPUs) failed',
  '8: too many are 400');
select is(
  pg_temp.claim_gpus('{g3,g3}'), 'gpu_count_wrong (The chute needs 2 distinct GPUs) failed',
  '8: one twice is 400');
select is(
  pg_temp.claim_gpus('{g3,none}'), 'gpu_not_owned (GPU none is not one of this miner''s) failed',
  '8: an unknown one is 404');
select is(
  pg_temp.claim_gpus('{g3,b1}'), 'gpu_not_owned (GPU b1 is not one of this miner''s) failed',
  '8: another miner''s is 404');
select is(
  pg_temp.claim_gpus('{g3,unverified}'), 'gpu_not_verified (GPU unverified is not verified) failed',
  '8: one that is not verified is 400');
select is(
  pg_temp.claim_gpus('{g3,g1}'), 'gpu_in_use (GPU g1 is in use) failed', '8: one in another instance is 409');
select is(
  pg_temp.claim_gpus('{g3,small}'), 'gpu_not_allowed (The chute does not allow GPU small) failed',
  '8: a model that is not included is 400');
select is(
  pg_temp.claim_gpus('{g3,elsewhere}'),
  'gpu_host_differs (GPU elsewhere was verified on another host) failed',
  '8: one verified on another host is 400');
select is(
  pg_temp.claim_gpus('{none,g1}'), 'gpu_not_owned (GPU none is not one of this miner''s) failed',
  '8: the first GPU that is refused decides');
update public.chutes set node_selector = '{"gpu_count": 2, "exclude": ["A100"]}' where chute_id = 'pair';
select is(
  pg_temp.claim_gpus('{a100,g3}'), 'gpu_not_allowed (The chute does not allow GPU a100) failed',
  '8: an excluded model is 400');
select is(
  pg_temp.claim_gpus('{unheard of,g3}'), 'gpu_not_allowed (The chute does not allow GPU unheard of) failed',
  '8: a model nobody knows is 400');
update public.chutes set node_selector = '{"gpu_count": 2, "min_vram_gb_per_gpu": 24}'
where chute_id = 'pair';
select is(
  pg_temp.claim_gpus('{small,g4}'), 'gpu_not_allowed (The chute does not allow GPU small) failed',
  '8: a model with too little memory is 400');
select is(
  (select count(*) from public.instance_nodes where node_id in ('g3', 'g4', 'a100', 'small')), 0::bigint,
  '8: no refused claim keeps a GPU');
update public.chutes set node_selector = '{"gpu_count": 2, "include": [], "exclude": null}'
where chute_id = 'pair';
select is(pg_temp.claim_gpus('{g4,small}'), 'none open', '8: empty lists exclude nothing, 16 GB are enough');
select is(
  (select gpu_is_allowed from rigger.gpu_is_allowed('A4000', '{}')), true,
  '8: no selector allows every known model');

-- A writer that takes no locks: the unique constraints decide.
select fixture.issue('e', 'alice', 'llm');
create function pg_temp.steal() returns trigger language plpgsql
as $$
begin
  insert into public.instance_nodes (instance_id, node_id)
  select fixture.instance_id('a1'), 'g3'
  where new.config_id = fixture.config_id('e');
  return new;
end
$$;
create trigger steal before insert on public.instances for each row execute function pg_temp.steal();
select is(
  (select refusal from fixture.claim('e', '{g3}', p_port => 40000)), 'gpu_taken',
  '8: a GPU lost in a race is 409');
select is(pg_temp.failed('e'), true, '8: and fails the config');
select is(
  (select count(*) from public.instances where config_id = fixture.config_id('e')), 0::bigint,
  '8: of that instance nothing is left');
drop trigger steal on public.instances;

-- Rolling updates: the quota is taken off, durably, at claim.
select fixture.chute('rolling', 1);
select fixture.instances('rolling', 'bob', 1);
insert into public.rolling_updates (chute_id, old_version, new_version, permitted)
values ('rolling', 'version 0', 'version 1', '{"alice": 1, "bob": 2}');
select fixture.issue('r1', 'alice', 'rolling'), fixture.issue('r2', 'alice', 'rolling');
select is(
  (select refusal from fixture.claim('r1', '{g3}', p_port => 50001)), 'none',
  'a quota of a rolling update lets one in');
select is(
  (select permitted from public.rolling_updates where chute_id = 'rolling'), '{"alice": 0, "bob": 2}',
  'and is one less');
select is(
  (select rule || ' ' || quota_taken from rigger.placements where instance_id = fixture.instance_id('r1')),
  'rolling_quota true', 'and the record says so');
select is(
  (select refusal from fixture.claim('r2', '{b1}', p_port => 50002)), 'rolling_update_quota',
  'a used-up quota is 423');
select is(pg_temp.failed('r2'), false, 'and the token stays good');

-- 4 and 7: jobs.
select fixture.chute('jobs', 0, '{"gpu_count": 1}', '[{"name": "train", "ports": [
         {"name": "ssh", "port": 22, "proto": "tcp"}, {"name": "game", "port": 9000, "proto": "UDP"}]},
         {"name": "plain"}]'),
       fixture.job('j1', 'jobs'), fixture.job('j2', 'jobs'), fixture.job('j3', 'jobs', 'plain'),
       fixture.gpu('j', 'alice'), fixture.gpu('k', 'bob');
select fixture.instances('jobs', 'bob', 1);

create function pg_temp.mappings(p_extra text) returns jsonb language sql
as $$
  select fixture.port_mappings(60000) || '[{"internal_port": 8001, "external_port": 60001, "proto": "tcp"}]'
         || jsonb_agg(jsonb_build_object('internal_port', split_part(one, ' ', 2)::integer, 'external_port',
                                         60010 + n, 'proto', split_part(one, ' ', 1)))
  from unnest(string_to_array(p_extra, ', ')) with ordinality as extra (one, n)
$$;

select fixture.issue('j1', 'alice', 'jobs', 'j1'), fixture.issue('j1 bob', 'bob', 'jobs', 'j1');
select is(
  (select refusal from fixture.claim('j1', '{j}', p_port_mappings => pg_temp.mappings('tcp 22, udp 9000'),
                                    p_client => '9.9.9.9')),
  'job_host_differs', '4: a job is claimed from its host');
select is(pg_temp.failed('j1'), false, '4: and the token stays good');
select is(
  (select refusal
   from fixture.claim('j1', '{j}', p_port_mappings => pg_temp.mappings('udp 9000, tcp 22'))),
  'none',
  '7: exactly the declared ports, in any order, are good, and a job needs no capacity');
select results_eq(
  $$ select instance_id::text, miner_uid, miner_hotkey::text, miner_coldkey::text,
            jsonb_array_length(port_mappings), started_at
     from public.jobs where job_id = 'j1' $$,
  $$ values (fixture.instance_id('j1'), 7, 'alice', 'alice cold', 4, null::timestamp) $$,
  '9: the job is this miner''s');
select is(
  (select rule from rigger.placements where instance_id = fixture.instance_id('j1')), 'job',
  '9: and the record says so');
select is(
  (select refusal
   from fixture.claim('j1 bob', '{k}', p_port_mappings => pg_temp.mappings('tcp 22, udp 9000'))),
  'host_port_taken', '3: a second claimant of host and port is refused first');
select is(
  (select refusal from fixture.claim('j1 bob', '{k}',
     p_port_mappings => jsonb_set(pg_temp.mappings('tcp 22, udp 9000'), '{0,external_port}', '60002'))),
  'job_taken', '7: a job taken by another miner is 409');
select is(pg_temp.failed('j1 bob'), true, '7: and fails the loser''s config');
select results_eq(
  $$ select instance_id::text, miner_hotkey::text from public.jobs where job_id = 'j1' $$,
  $$ values (fixture.instance_id('j1'), 'alice') $$,
  '7: and nothing about the winner changes');
select is(pg_temp.claimed('j1'), true, '7: nor about the winner''s config');

-- Refusal of a claim of a job of its own with these ports besides 8000 and 8001.
create function pg_temp.claim_ports(p_method text, p_extra text) returns text language sql
as $$
  select fixture.job(p_method || p_extra, 'jobs', p_method);
  select fixture.issue(p_method || p_extra, 'bob', 'jobs', p_method || p_extra);
  select refusal from fixture.claim(p_method || p_extra, '{k}', p_port_mappings =>
    jsonb_set(pg_temp.mappings(p_extra), '{0,external_port}', '60003'))
$$;
select is(pg_temp.claim_ports('train', 'tcp 22'), 'job_ports_differ', '7: a port too few is 403');
select is(
  pg_temp.claim_ports('train', 'tcp 22, udp 9000, tcp 9000'), 'job_ports_differ',
  '7: a port too many is 403');
select is(pg_temp.claim_ports('train', 'tcp 22, tcp 9000'), 'job_ports_differ', '7: another protocol is 403');
select is(
  pg_temp.claim_ports('plain', 'tcp 22'), 'job_ports_differ', '7: a port where none is declared is 403');
select is(
  pg_temp.claim_ports('none', 'tcp 22'), 'job_ports_differ', '7: a port of an undeclared method is 403');

-- http is TCP, whoever says it; a chute that describes its job wrongly fails nobody's config.
update public.chutes
set jobs = '[{"name": "web", "ports": [{"name": "ui", "port": 7860.0, "proto": "http"}]}, {"name": "null",
  "ports": null}, {"name": "listless", "ports": []}]'
where chute_id = 'jobs';
create function pg_temp.undo(p_config text) returns void language sql
as $$ select rigger.undo_claim(fixture.config_id(p_config), fixture.instance_id(p_config)) $$;
select is(pg_temp.claim_ports('web', 'TCP 7860'), 'none', '7: a port declared as http, mapped as TCP');
select pg_temp.undo('webTCP 7860');
select is(pg_temp.claim_ports('web', 'http 7860'), 'none', '7: or as http');
select pg_temp.undo('webhttp 7860');
select is(pg_temp.claim_ports('web', 'udp 7860'), 'job_ports_differ', '7: and never as UDP');
select is(pg_temp.claim_ports('null', 'tcp 22'), 'job_ports_differ', '7: null ports are none');
select fixture.job('listless', 'jobs', 'listless'), fixture.issue('listless', 'bob', 'jobs', 'listless');
update public.chutes
set jobs = jsonb_set(jobs, '{2,ports}', '{"port": 22, "proto": "tcp"}')
where chute_id = 'jobs';
select results_eq(
  $$ select refusal, said from fixture.claim('listless', '{k}', p_port => 60003) $$,
  $$ values ('description_unusable',
             'What the database says cannot be used, its operator has to mend it:'
             ' jobs[2].ports of chute jobs') $$,
  '7: ports that are no list are 409, which names the chute and the key');
select is(pg_temp.failed('listless'), false, '7: and the token stays good');

-- Refusal of a claim of a job of its own that is in this state.
create function pg_temp.claim_job(p_state text, p_miner text, p_instance text, p_finished timestamp)
returns text
language sql
as $$
  select fixture.job(p_state, 'jobs', 'plain');
  select fixture.issue(p_state, 'bob', 'jobs', p_state);
  update public.jobs
  set miner_hotkey = p_miner, instance_id = p_instance, finished_at = p_finished
  where job_id = p_state;
  select refusal from fixture.claim(p_state, '{k}', p_port => 60004)
$$;
select is(
  pg_temp.claim_job('promised', 'alice', null, null), 'job_taken',
  '7: a job that another miner holds, still without an instance, is 409');
select is(
  pg_temp.claim_job('running', 'bob', fixture.instance_id('a1'), null), 'job_taken',
  '7: a job that has an instance is 409');
select is(
  pg_temp.claim_job('over', null, null, now()::timestamp), 'job_finished', '7: a job finished since is 409');
select is(pg_temp.failed('over'), true, '7: and fails the config');
select is(
  pg_temp.claim_job('free', 'bob', null, null), 'none', '7: a job that is this miner''s already is good');

select fixture.gpu('named', 'alice', 'Pod.Example'), fixture.issue('named', 'alice', 'llm');
select is(
  (select refusal from fixture.claim('named', '{named}', 'pod.EXAMPLE', 60005)), 'none',
  '8: the host of a GPU is compared without regard to case');

select * from finish();
rollback;
