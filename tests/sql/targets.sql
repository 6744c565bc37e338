-- The target that Redis told is handed in and counts; where it told none, the capacity log does.
begin;
select plan(21);
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

select * from finish();
rollback;
