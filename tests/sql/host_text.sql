-- One host, one spelling: what Rigger writes, and what it takes for the same whoever wrote it.
begin;
select plan(26);
select is(rigger.host_text(v.host), v.text, 'the spelling of ' || coalesce(v.host, 'null'))
from (values
  ('fd00:0:0::5', 'fd00::5'), ('FD00::5', 'fd00::5'), ('fd00:0000:0000:0000:0000:0000:0000:0005', 'fd00::5'),
  ('2001:DB8::1.2.3.4', '2001:db8::102:304'), ('::', '::'), ('::1', '::1'), ('1.2.3.4', '1.2.3.4'),
  ('Pod.Example', 'pod.example'), ('10', '10'), ('::/8', '::/8'), ('[fd00::5]', '[fd00::5]'),
  ('fd00::5::6', 'fd00::5::6'), ('fd00::5%eth0', 'fd00::5%eth0'), (':', ':'), ('a:b', 'a:b'), ('', ''),
  ('dead.beef', 'dead.beef'), (null, null)) as v (host, text);

select fixture.miner('alice'), fixture.chute('llm', 10), fixture.gpu('g1', 'alice', 'FD00:0::5'),
       fixture.gpu('g2', 'alice', 'fd00::5'), fixture.gpu('g3', 'alice', 'pod.example'),
       fixture.gpu('g4', 'alice', 'fd00::5');
select fixture.issue(i, 'alice', 'llm') from unnest(array['a', 'b', 'c', 'd', 'e']) as i;
select is(
  (select refusal from fixture.claim('a', '{g1}', 'fd00:0:0:0::5', 20000)), 'none',
  'a host as the pod writes it, its GPU verified on the same one, spelled otherwise');
select is(
  (select host::text from public.instances where instance_id = fixture.instance_id('a')), 'fd00::5',
  'is written in its one spelling');
select is(
  (select host::text from public.launch_configs where config_id = fixture.config_id('a')), 'fd00::5',
  'and so in the launch config');
select is(
  (select refusal from fixture.claim('b', '{g2}', 'FD00::0:5', 20000)), 'host_port_taken',
  'in another spelling it is taken');
select is((select refusal from fixture.claim('b', '{g2}', 'FD00::0:5', 20001)), 'none',
  'but for another port');

-- What others wrote.
update public.instances set host = 'fd00:0:0:0:0:0:0:5',
  port = 20002 where instance_id = fixture.instance_id('b');
select is(
  (select refusal from fixture.claim('c', '{g4}', 'fd00::5', 20002)), 'host_port_taken',
  'an address that others spelled otherwise is taken');
update public.instances set host = 'Pod.Example', port = 20003 where instance_id = fixture.instance_id('b');
select is(
  (select refusal from fixture.claim('d', '{g3}', 'pod.example', 20003)), 'host_port_taken',
  'as is a name in capitals');

select fixture.chute('jobs', 0), fixture.job('j', 'jobs'), fixture.issue('j', 'alice', 'jobs', 'j');
select is(
  (select refusal
   from fixture.claim('j', '{g4}', 'fd00::5', 20004, p_client => 'FD00:0::5', p_address => 'fd00::5')),
  'none', 'a job is claimed from its host, however the address of the client is spelled');

select * from finish();
rollback;
