begin;
select plan(13);

select fixture.miner('alice'), fixture.chute('llm'), fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice'),
       fixture.gpu('g3', 'alice');

create function pg_temp.activate(p_config text) returns text language sql
as $$ select coalesce(refusal, 'none') from rigger.activate_launch_config(fixture.config_id(p_config), 64) $$;
create function pg_temp.active(p_config text) returns boolean language sql
as $$ select active from public.instances where instance_id = fixture.instance_id(p_config) $$;

select is(pg_temp.activate('none'), 'config_unknown', 'an unknown config is 401');
select fixture.issue('a', 'alice', 'llm');
select is(pg_temp.activate('a'), 'config_not_verified', 'an issued config is 403');
select fixture.live('b', 'challenged', 'llm', 'alice', 'g1');
select is(pg_temp.activate('b'), 'config_not_verified', 'a claimed config is 403');
select is(pg_temp.active('b'), false, 'and stays inactive');

select fixture.live('c', 'verified', 'llm', 'alice', 'g2', 20001);
update public.metagraph_nodes set blacklist_reason = 'cheats' where hotkey = 'alice';
select is(pg_temp.activate('c'), 'hotkey_blacklisted', 'a miner blacklisted since is 403');
update public.metagraph_nodes set blacklist_reason = null, netuid = 1 where hotkey = 'alice';
select is(pg_temp.activate('c'), 'hotkey_unregistered', 'a miner deregistered since is 401');
update public.metagraph_nodes set netuid = 64 where hotkey = 'alice';
select is(pg_temp.active('c'), false, 'neither made it active');

select is(pg_temp.activate('c'), 'none', 'a verified config is activated');
select is(pg_temp.active('c'), true, 'its instance is active');
select is(pg_temp.activate('c'), 'none', 'a second call is answered the same');
select is(
  fixture.events('c'), 'instance_created instance_verified instance_hot instance_activated',
  'and announces nothing');

delete from public.instances where instance_id = fixture.instance_id('c');
select is(pg_temp.activate('c'), 'instance_gone', 'an instance that is gone is 404');

select fixture.live('d', 'verified', 'llm', 'alice', 'g3', 20002);
update public.launch_configs set failed_at = now() at time zone 'utc'
where config_id = fixture.config_id('d');
select is(pg_temp.activate('d'), 'config_failed', 'a config that failed after its verification is 403');

select * from finish();
rollback;
