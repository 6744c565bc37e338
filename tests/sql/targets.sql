-- The target that Redis told is handed in and counts; where it told none, the capacity log does.
begin;
select plan(29);
select fixture.miner('alice'), fixture.miner('bob'), fixture.chute('open', 10), fixture.chute('full', 1),
       fixture.chute('never', null), fixture.chute('old', 1, p_chutes_version => '0.2.20'),
       fixture.chute('huge', 2147483647), fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice');
select fixture.instances(chute, 'bob', 1) from unnest(array['open', 'full', 'never', 'old', 'huge']) as chute;

create function pg_temp.rule(p_chute text, p_target integer) returns text language sql
as $$
  select coalesce(d.rule, d.refusal) from rigger.decide_capacity(p_chute, 'alice', p_target) d
$$;
create function pg_temp.issue(p_config text, p_chute text, p_target integer) returns text language sql
as $$
  select coalesce(i.refusal, 'none')
  from rigger.issue_launch_config('alice', 64, null, fixture.id(p_config), p_chute, null, 'key', p_target) i
$$;
create function pg_temp.claim(p_config text, p_target integer) returns text language sql
as $$
  select coalesce(c.refusal, 'none')
  from rigger.claim_launch_config(
    fixture.config_id(p_config), 64, '1.2.3.4', '1.2.3.4', '1.2.3.4', '["g1"]', fixture.port_mappings(20000),
    fixture.instance_id(p_config), '00', null, null, p_target) c
$$;
create function pg_temp.create(p_instance text, p_target integer) returns text language sql
as $$
  select coalesce(c.refusal, 'none')
  from rigger.create_instance('alice', 64, null, fixture.id(p_instance), 'old',
                              fixture.instance_id(p_instance), '["g2"]', '1.2.3.4', '1.2.3.4', 20001, '00',
                              null, p_target) c
$$;

select is(pg_temp.rule('full', null), 'chute_full', 'nothing was told: the log counts');
select is(pg_temp.rule('full', 3), 'below_target', 'what was told counts, not the log');
select is(pg_temp.rule('open', 1), 'chute_full', 'also where it is the lower one');
select is(pg_temp.rule('open', 0), 'chute_full', 'nought is a target');
select is(pg_temp.rule('never', null), 'chute_full', 'without a log and nothing told, the total counts');
select is(pg_temp.rule('never', 3), 'below_target', 'without a log, what was told');
select is(
  (select instances_allowed from rigger.decide_capacity('full', 'alice', 3)), 3,
  'and is what the place is recorded with');
select is(pg_temp.rule('huge', null), 'below_target', 'a log that says the largest number is no error');
delete from public.instances where chute_id = 'huge';
select lives_ok($$ select pg_temp.rule('huge', null) $$, 'nor is more than that');
select fixture.target('huge', -2147483648);
select fixture.instances('huge', 'bob', 1);
select lives_ok($$ select pg_temp.rule('huge', null) $$, 'nor is the smallest one');

select is(pg_temp.issue('a', 'full', null), 'chute_full', 'a token: the log');
select is(pg_temp.issue('a', 'open', 1), 'chute_full', 'a token: what was told, too few');
select is(pg_temp.issue('a', 'full', 3), 'none', 'a token: what was told');
select is(pg_temp.claim('a', null), 'chute_full', 'a claim: the log');
select is(pg_temp.claim('a', 1), 'chute_full', 'a claim: what was told, too few');
select is(pg_temp.claim('a', 3), 'none', 'a claim: what was told');
select is(pg_temp.create('b', null), 'chute_full', 'an instance of an old SDK: the log');
select is(pg_temp.create('b', 3), 'none', 'an instance of an old SDK: what was told');
select is_empty($$ select * from rigger.check_invariants() where invariant = 2 $$, 'each place was allowed');

select fixture.job('job', 'full'), fixture.issue('c', 'alice', 'open'),
       fixture.issue('j', 'alice', 'full', 'job');
select is(
  (select job_id from rigger.describe_claim(fixture.config_id('j'))), 'job',
  'a claim for a job is told to be one, which needs no target');
select is(
  (select coalesce(job_id, 'none') from rigger.describe_claim(fixture.config_id('c'))), 'none',
  'and one without is told, too');

-- set_target tells the relay, and target_is_told how far that is.
insert into rigger.event_consumers (consumer, last_event_id, settled_to) values ('relay', 0, 0);
select throws_ok(
  $$ select rigger.set_target('open', 1000001) $$, '22023', null, 'a target that nobody would believe');
select is(rigger.target_is_told('relay', 'open'), true, 'nothing is to be told');
select rigger.set_target('open', 4), rigger.set_target('full', 2), rigger.set_target('open', 5);
select results_eq(
  $$ select channel, reason, recipients, payload -> 'data' from rigger.events
     where channel = 'targets' order by event_id $$,
  $$ values ('targets', 'target_set', null::text[], '{"chute_id": "open", "target_count": 4}'::jsonb),
            ('targets', 'target_set', null, '{"chute_id": "full", "target_count": 2}'),
            ('targets', 'target_set', null, '{"chute_id": "open", "target_count": 5}') $$,
  'each target is an event');
select is(rigger.target_is_told('relay', 'open'), false, 'the relay has not read them');
update rigger.event_consumers c
set last_event_id = (select max(e.event_id) - 1 from rigger.events e) where c.consumer = 'relay';
select is(rigger.target_is_told('relay', 'open'), false, 'the newest target counts');
select is(rigger.target_is_told('relay', 'full'), true, 'of this chute');
update rigger.event_consumers c set last_event_id = (select max(e.event_id) from rigger.events e);
select is(rigger.target_is_told('relay', 'open'), true, 'it has read them all');
select is(rigger.target_is_told('nobody', 'open'), null, 'there is no such relay');

select * from finish();
rollback;
