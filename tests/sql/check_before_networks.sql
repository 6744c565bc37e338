-- check_create_instance and check_claim_launch_config: what is refused before a network is touched; and what
-- the functions that decide do with a host that was not looked at, or was refused too often.
begin;
select plan(50);
select fixture.miner('alice'), fixture.miner('bob'), fixture.miner('eve', 'cheats'),
       fixture.chute('old', 2, p_chutes_version => '0.2.20'), fixture.chute('llm', 2),
       fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice'), fixture.gpu('b1', 'bob'),
       fixture.gpu('elsewhere', 'alice', '5.6.7.8');

create function pg_temp.announce(
  p_hotkey text default 'alice', p_chute text default 'old', p_gpu text default 'g1',
  p_signature text default 'new', p_port integer default 20001, p_target integer default null,
  p_capacity boolean default true)
returns text
language sql
as $$
  select refusal
  from rigger.check_create_instance(p_hotkey, 64, fixture.signature(p_signature), p_chute,
                                    jsonb_build_array(p_gpu), '1.2.3.4', p_port, p_target, p_capacity)
$$;
create function pg_temp.create_unseen(p_instance text, p_signature text, p_address text default null)
returns text
language sql
as $$
  select refusal
  from rigger.create_instance('alice', 64, fixture.signature(p_signature), fixture.id(p_instance), 'old',
                              fixture.instance_id(p_instance), '["g1"]', '1.2.3.4', p_address, 20001, '00',
                              null)
$$;
create function pg_temp.look(
  p_config text, p_gpu text default 'g1', p_port integer default 20002, p_target integer default null,
  p_capacity boolean default true, p_mappings jsonb default null)
returns text
language sql
as $$
  select refusal
  from rigger.check_claim_launch_config(
    fixture.config_id(p_config), 64, '1.2.3.4', jsonb_build_array(p_gpu),
    coalesce(p_mappings, fixture.port_mappings(p_port)), p_target, p_capacity)
$$;

-- An announcement.
select is(pg_temp.announce(), null, 'nothing is in the way of an honest one');
select is(pg_temp.announce('nobody'), 'hotkey_unregistered', 'a key that anybody can make');
select is(pg_temp.announce('eve'), 'hotkey_blacklisted', 'one that is blacklisted');
select is(pg_temp.announce(p_chute => 'none'), 'chute_not_found', 'no chute');
select is(pg_temp.announce(p_chute => 'llm'), 'sdk_uses_launch_configs', 'a chute with launch configs');
select is(pg_temp.announce(p_gpu => 'b1'), 'gpu_not_owned', 'another''s GPU');
select is(pg_temp.announce(p_gpu => 'elsewhere'), 'gpu_host_differs', 'a GPU of another host');
select is(pg_temp.announce(p_target => -3), 'chute_full', 'no capacity, by the target that was told');
select is(pg_temp.announce(p_target => -3, p_capacity => false), null, 'which is not judged untold');
select is_empty($$ select from rigger.used_signatures $$, 'no signature was used up');

select is(pg_temp.create_unseen('a', 'sa'), 'unavailable',
          'one whose host was not looked at is not placed, whatever became right since');
select is_empty($$ select from public.instances $$, 'nothing was written');
select is(pg_temp.announce(p_signature => 'sa'), 'signature_used', 'its signature was used');
select is(pg_temp.create_unseen('a', 'sb', '1.2.3.4'), null, 'one that was looked at is placed');
select is(pg_temp.announce(p_gpu => 'g2'), 'host_port_taken', 'its place is taken');
select is(pg_temp.announce(p_port => 20003), 'gpu_in_use', 'and its GPU');

-- A claim.
select fixture.issue(c, 'alice', 'llm')
from unnest(array['a', 'b', 'c', 'failed', 'claimed', 'counted', 'full']) as c;
select is(pg_temp.look('a', 'g2'), null, 'nothing is in the way of an honest claim');
select results_eq(
  $$ select miner_hotkey, chute_id
     from rigger.check_claim_launch_config(fixture.config_id('a'), 64, '1.2.3.4', '["g2"]',
                                           fixture.port_mappings(20002), null, true) $$,
  $$ values ('alice', 'llm') $$, 'whose it is, and the chute whose target counts');
select is(pg_temp.look('none'), 'config_unclaimable', 'an unknown config');
update public.launch_configs set failed_at = now() where config_id = fixture.config_id('failed');
select is(pg_temp.look('failed'), 'config_unclaimable', 'a failed one');
update public.launch_configs set retrieved_at = now() where config_id = fixture.config_id('claimed');
select is(pg_temp.look('claimed'), 'config_unclaimable', 'a claimed one');
select is(pg_temp.look('a', 'g2', 20001), 'host_port_taken', 'a place that is taken');
select is(pg_temp.look('a', 'b1'), 'gpu_not_owned', 'another''s GPU');
select is(pg_temp.look('a', 'elsewhere'), null, 'a GPU of another host is judged with the name');
select is(pg_temp.look('a', 'g2', p_target => -3), 'chute_full', 'no capacity, by the target that was told');
select is(pg_temp.look('a', 'g2', p_target => -3, p_capacity => false), null, 'which is not judged untold');
update public.metagraph_nodes set blacklist_reason = 'cheats' where hotkey = 'alice';
select is(pg_temp.look('a', 'g2'), 'hotkey_blacklisted', 'a miner who was blacklisted since');
update public.metagraph_nodes set blacklist_reason = null where hotkey = 'alice';

select fixture.chute('jobs', 0, p_jobs => '[{"name": "train", "ports": []}]'), fixture.job('j', 'jobs'),
       fixture.job('k', 'jobs');
select fixture.issue('j', 'alice', 'jobs', 'j'), fixture.issue('k', 'alice', 'jobs', 'k');
select is(pg_temp.look('j', 'g2', p_target => -3), null, 'a job needs no capacity');
select is(
  (select chute_id
   from rigger.check_claim_launch_config(fixture.config_id('j'), 64, '1.2.3.4', '["g2"]',
                                         fixture.port_mappings(20002), null, true)),
  null, 'and no target');
select is(
  pg_temp.look('j', 'g2', p_mappings => '[{"internal_port": 22, "external_port": 20002, "proto": "tcp"}]'),
  'job_ports_differ', 'a job whose ports are not those');
update public.jobs set finished_at = now() where job_id = 'j';
select is(pg_temp.look('j', 'g2'), 'job_finished', 'a job that is over');
select is_empty(
  $$ select from public.launch_configs where failed_at is not null
       and config_id <> fixture.config_id('failed') $$, 'none of that failed a config');

select is((select refusal from fixture.claim('j', '{g2}', p_address => null)), 'job_finished',
          'what fails a config fails it though its host was not looked at');
select is((select failed_at is not null from public.launch_configs where config_id = fixture.config_id('j')),
          true, 'as ever');
select is((select refusal from fixture.claim('b', '{g2}', p_port => 20004, p_address => null)), 'unavailable',
          'one whose host was not looked at is not placed, whatever became right since');
select is((select refusal from fixture.claim('k', '{g2}', p_port => 20004, p_address => null)), 'unavailable',
          'nor one of a job, of which nobody knows whether its host differs');
select results_eq(
  $$ select retrieved_at is null, failed_at is null from public.launch_configs
     where config_id in (fixture.config_id('b'), fixture.config_id('k')) $$,
  $$ values (true, true), (true, true) $$, 'their tokens are good');

-- Refused hosts.
update rigger.limits set value = 3 where name = 'claim.hosts_refused';
create function pg_temp.times(p_config text) returns integer language sql
as $$ select times from rigger.refused_hosts where config_id = fixture.config_id(p_config) $$;
select is(
  (select refusal from fixture.claim('c', '{g2}', p_port => 20005, p_host_refusal => 'host_unresolved')),
  'host_unresolved', 'a host that is refused');
select is(pg_temp.times('c'), 1, 'is counted');
select is(pg_temp.look('c', 'g2', 20005), null, 'and may be tried again');
select fixture.claim('c', '{g2}', p_port => 20005, p_host_refusal => 'host_own');
select is(pg_temp.times('c'), 2, 'the second one');
select is((select failed_at from public.launch_configs where config_id = fixture.config_id('c')), null,
          'leaves the token good');
select is(
  (select refusal from fixture.claim('c', '{g2}', p_port => 20005, p_host_refusal => 'host_own')),
  'host_own', 'the third one is answered alike');
select is((select verification_error::text from public.launch_configs
           where config_id = fixture.config_id('c') and failed_at is not null),
          'host is at an address of this service', 'and fails the config');
select is(pg_temp.times('c'), null, 'of which no count is left');
select is(
  (select refusal from fixture.claim('k', '{g2}', p_port => 20006, p_client => '9.9.9.9')),
  'job_host_differs', 'a job that is claimed from elsewhere');
select is(pg_temp.times('k'), 1, 'counts as well');
select fixture.claim('counted', '{g1}', p_port => 20001);
select is(pg_temp.times('counted'), null, 'what is refused for another reason does not');
select is((select refusal from fixture.claim('k', '{g2}', p_port => 20006)), 'none', 'a claim that succeeds');
select is(pg_temp.times('k'), null, 'leaves no count');

select * from finish();
rollback;
