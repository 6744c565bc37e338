-- create_instance and activate_instance: old SDKs.
begin;
select plan(40);
select fixture.miner('alice'), fixture.miner('bob'), fixture.miner('eve', 'cheats'),
       fixture.chute('old', 2, p_chutes_version => '0.2.20'), fixture.chute('new', 2),
       fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice'), fixture.gpu('g3', 'bob'),
       fixture.gpu('g4', 'alice'), fixture.gpu('elsewhere', 'alice', '5.6.7.8'),
       fixture.gpu('unverified', 'alice', p_verified => false);

create function pg_temp.make(
  p_instance text, p_gpus text[] default '{g1}', p_chute text default 'old', p_miner text default 'alice',
  p_port integer default 20001, p_host_refusal text default null, p_signature text default null)
returns text
language sql
as $$
  select coalesce(refusal || ' ' || rigger.refusal_text(refusal, subject), 'none')
  from rigger.create_instance(p_miner, 64, fixture.signature(p_signature), fixture.id(p_instance), p_chute,
                              fixture.instance_id(p_instance), to_jsonb(p_gpus), '1.2.3.4', '1.2.3.4', p_port,
                              '000102030405060708090a0b0c0d0e0f', p_host_refusal)
$$;
create function pg_temp.activate(
  p_instance text, p_active boolean default true, p_miner text default 'alice', p_chute text default 'old')
returns text
language sql
as $$
  select coalesce(refusal, 'none')
  from rigger.activate_instance(p_miner, 64, null, gen_random_uuid(), p_chute,
                                fixture.instance_id(p_instance), p_active)
$$;

select is(
  pg_temp.make('a', p_chute => 'nothing'), 'chute_not_found Chute not found', 'a chute that is not there');
select alike(
  pg_temp.make('a', p_chute => 'new'), 'sdk_uses_launch_configs %', 'a chute of an SDK with launch configs');
select alike(pg_temp.make('a', p_miner => 'eve'), 'hotkey_blacklisted %', 'a miner that is shut out');
select alike(pg_temp.make('a', p_miner => 'nobody'), 'hotkey_unregistered %', 'a stranger');
select is(
  pg_temp.make('a', p_host_refusal => 'host_own'), 'host_own host is at an address of this service',
  'a host that is not acceptable');
select alike(pg_temp.make('a', '{}'), 'gpu_count_wrong %', 'no GPU');
select alike(pg_temp.make('a', '{g1,g2}'), 'gpu_count_wrong %', 'a GPU too many');
select alike(pg_temp.make('a', '{g3}'), 'gpu_not_owned %', 'a GPU of somebody else');
select alike(pg_temp.make('a', '{unverified}'), 'gpu_not_verified %', 'a GPU that is not verified');
select alike(pg_temp.make('a', '{elsewhere}'), 'gpu_host_differs %', 'a GPU on another host');
select is_empty($$ select from public.instances $$, 'none of these left anything');

select is(pg_temp.make('a', p_signature => 'first'), 'none', 'an instance');
select is(pg_temp.make('a', p_signature => 'first'), 'none', 'the same request again gets the same answer');
select is((select count(*) from public.instances), 1::bigint, 'and makes nothing');
select alike(
  pg_temp.make('b', '{g2}', p_port => 20002, p_signature => 'first'), 'signature_used %',
  'a signature works once');
select alike(pg_temp.make('b', '{g2}'), 'host_port_taken %', 'a host and port that are taken');
select alike(
  pg_temp.make('b', '{g2}', p_host_refusal => 'host_own'), 'host_port_taken %',
  'which is said before what is wrong with the host');
select alike(pg_temp.make('b', '{g1}', p_port => 20002), 'gpu_in_use %', 'a GPU that is in use');
select is(pg_temp.make('b', '{g2}', p_port => 20002), 'none', 'a second instance');
select fixture.target('old', 0);
update public.instances set active = true, verified = true;
select alike(pg_temp.make('c', '{g4}', p_port => 20003), 'chute_full %', 'one more than the chute may have');
update public.instances set active = false, verified = false;
select is(fixture.events('a'), 'instance_created', 'the first one was announced');
select is((select count(*) from public.instance_audit), 2::bigint, 'and both are in the audit');

select is(pg_temp.activate('a', false), 'only_activation', 'an instance is not deactivated');
select is(pg_temp.activate('a', p_miner => 'bob'), 'instance_not_found', 'somebody else''s is not there');
select alike(
  pg_temp.make('a', '{g3}', p_miner => 'bob'), 'host_port_taken %', 'the instance of another is not shown');
select is(pg_temp.activate('a', p_chute => 'new'), 'instance_not_found', 'nor is another chute''s');
select fixture.live('config', 'verified', 'new', 'alice', 'g4', 20010);
select is(
  pg_temp.activate('config', p_chute => 'new'), 'instance_not_found', 'nor is one of a launch config');
select is(pg_temp.activate('a'), 'none', 'it becomes active');
select is(pg_temp.activate('a'), 'none', 'again');
select is(
  (select count(*) from rigger.verifications where instance_id = fixture.instance_id('a')), 1::bigint,
  'and one verification is queued');
update rigger.verifications set state = 'running';
select lives_ok($$ select pg_temp.activate('a') $$, 'it may be asked for again');
select is(pg_temp.activate('a'), 'none', 'again, while it is verified');
select is_empty($$ select from rigger.verifications where state = 'queued' $$, 'nothing more is queued');
select is(fixture.events('a'), 'instance_created instance_activated', 'announced once');
update rigger.verifications set state = 'failed';
insert into rigger.verifications (instance_id, state)
select fixture.instance_id('a'), 'failed' from generate_series(1, 4);
select is(pg_temp.activate('a'), 'none', 'the sixth within ten minutes');
update rigger.verifications set state = 'failed';
select is(pg_temp.activate('a'), 'verifications_too_many', 'six verifications in ten minutes are enough');
update rigger.verifications set queued_at = queued_at - interval '601 seconds';
select is(pg_temp.activate('a'), 'none', 'then one more');
update public.instances set verified = true, active = true where instance_id = fixture.instance_id('a');
update rigger.verifications set state = 'passed';
select pg_temp.activate('a');
select is_empty($$ select from rigger.verifications where state = 'queued' $$, 'one that is hot needs none');

select fixture.chute('rolling', 1, p_chutes_version => '0.2.20'), fixture.gpu('g5', 'alice');
select fixture.instances('rolling', 'bob', 1);
insert into public.rolling_updates (chute_id, old_version, new_version, permitted)
values ('rolling', 'version 0', 'version 1', '{"alice": 1}');
select is(
  pg_temp.make('r', '{g5}', 'rolling', p_port => 20004), 'none', 'a quota of a rolling update lets one in');
select is(
  (select permitted from public.rolling_updates where chute_id = 'rolling'), '{"alice": 0}',
  'and is one less');

select * from finish();
rollback;
