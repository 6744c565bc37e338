-- abandon_attempt: the pod may try again, but a decision stays.
begin;
select plan(7);
select fixture.miner('alice'), fixture.chute('llm'), fixture.gpu('g1', 'alice');
select fixture.live('a', 'challenged', 'llm', 'alice', 'g1');

create function pg_temp.abandon(p_attempt text) returns void language sql
as $$ select rigger.abandon_attempt(fixture.config_id('a'), fixture.id(p_attempt)) $$;

select is((select result from fixture.begin('a', 'first')), 'begun', 'the first attempt holds the challenge');
select pg_temp.abandon('second');
select is((select refusal from fixture.begin('a', 'second')), 'attempt_under_way',
          'another attempt cannot take it away');
select pg_temp.abandon('first');
select is((select result from fixture.begin('a', 'second')), 'begun',
          'given back, the next attempt has it');
select is(
  (select refusal from fixture.finish('a', 'first')), 'attempt_overtaken',
  'the first one cannot finish any more');
select fixture.finish('a', 'second');
select lives_ok($$ select pg_temp.abandon('second') $$, 'what was decided');
select isnt(
  (select decided_by from rigger.challenges where config_id = fixture.config_id('a')), null, 'stays decided');
select is(
  (select refusal from fixture.finish('a', 'second')), 'none', 'and the answer may be asked for again');
select * from finish();
rollback;
