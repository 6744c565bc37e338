-- release_attempt: the floor goes back to the pod, but a judgement stays.
begin;
select plan(6);
select fixture.miner('alice'), fixture.chute('llm'), fixture.gpu('g1', 'alice');
select fixture.live('a', 'challenged', 'llm', 'alice', 'g1');

create function pg_temp.release(p_attempt text) returns integer language sql
as $$ select status from rigger.release_attempt(fixture.config_id('a'), fixture.id(p_attempt)) $$;

select is((select status from fixture.begin('a', 'first')), 200, 'the first attempt has the floor');
select is(pg_temp.release('second') + (select status from fixture.begin('a', 'second')), 302,
          'another attempt cannot take it away, and waits');
select is(pg_temp.release('first') + (select status from fixture.begin('a', 'second')), 400,
          'given back, the next attempt has it');
select is((select status from fixture.finish('a', 'first')), 409, 'the first one cannot finish any more');
select fixture.finish('a', 'second');
select is(pg_temp.release('second'), 200, 'what was judged');
select isnt((select decided_by from rigger.challenges where config_id = fixture.config_id('a')), null, 'stays judged');
select * from finish();
rollback;
