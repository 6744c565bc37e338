-- hold_claim: a claim may wait for its challenge as long as the provider takes.
begin;
select plan(7);
select fixture.miner('alice'), fixture.chute('llm', 5), fixture.gpu('g1', 'alice'),
       fixture.gpu('g2', 'alice');
select fixture.live('a', 'claimed', 'llm', 'alice', 'g1'),
       fixture.live('b', 'claimed', 'llm', 'alice', 'g2', 20002);
update public.launch_configs set retrieved_at = retrieved_at - interval '10 minutes';

create function pg_temp.hold(p_config text, p_minutes integer) returns void language sql
as $$ select rigger.hold_claim(fixture.instance_id(p_config), p_minutes * 60000) $$;
create function pg_temp.overdue() returns text language sql
as $$
  select coalesce(string_agg(l.config_id, ' ' order by l.config_id), '')
  from rigger.v_launches l
  where l.open
    and l.until < clock_timestamp()
$$;

select isnt(pg_temp.overdue(), '', 'without a challenge a claim is overdue after a minute');
select lives_ok($$ select pg_temp.hold('a', 20) $$, 'a claim is held');
select is(pg_temp.overdue(), fixture.config_id('b'), 'it may wait, and the other may not');
select results_eq(
  $$ select id from rigger.reap() where kind = 'launch_config' $$,
  $$ values (fixture.config_id('b')) $$, 'which is what the reaper goes by');
select pg_temp.hold('a', -1);
select is(pg_temp.overdue(), fixture.config_id('a'), 'until it is not held any more');

-- Undone and claimed anew: the former hold is no more.
select pg_temp.hold('a', 60);
select rigger.undo_claim(fixture.config_id('a'), fixture.instance_id('a'));
select is(
  (select coalesce(refusal, 'none')
   from rigger.claim_launch_config(fixture.config_id('a'), 64, '1.2.3.4', '1.2.3.4', '1.2.3.4', '["g1"]',
     fixture.port_mappings(20000), 'another instance', '00', null, null)),
  'none', 'the token is good for another claim');
update public.launch_configs set retrieved_at = retrieved_at - interval '10 minutes'
where config_id = fixture.config_id('a');
select is(pg_temp.overdue(), fixture.config_id('a'), 'which is not held by what held the first');
select * from finish();
rollback;
