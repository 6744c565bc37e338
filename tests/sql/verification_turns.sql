-- take_verification between miners: how many of one may be under way, and whose turn it is.
begin;
select plan(14);
select fixture.chute('old', 9, p_chutes_version => '0.2.10'), fixture.miner('alice'), fixture.miner('bob'),
       fixture.miner('carol');
select fixture.gpu(g, m)
from (values ('a1', 'alice'), ('a2', 'alice'), ('a3', 'alice'), ('b1', 'bob'), ('b2', 'bob'), ('c1', 'carol'))
  as w (g, m);
select rigger.create_instance(m, 64, null, fixture.id(g), 'old', fixture.instance_id(g), jsonb_build_array(g),
                              '1.2.3.4', '1.2.3.4', p, '000102030405060708090a0b0c0d0e0f', null)
from (values ('a1', 'alice', 20001), ('a2', 'alice', 20002), ('a3', 'alice', 20003), ('b1', 'bob', 20004),
             ('b2', 'bob', 20005), ('c1', 'carol', 20006)) as w (g, m, p);
create function pg_temp.queue(p_instance text) returns void language sql
as $$
  insert into rigger.verifications (instance_id) values (fixture.instance_id(p_instance))
$$;
create function pg_temp.take(p_worker text) returns text language sql
as $$
  select w.name
  from rigger.take_verification(fixture.id(p_worker), '1 minute') t
  join unnest(array['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) as w (name)
    on fixture.instance_id(w.name) = t.instance_id
$$;
create function pg_temp.finish(p_instance text, p_worker text, p_result text) returns boolean language sql
as $$
  select rigger.finish_background_verification(max(verification_id), fixture.id(p_worker), p_result,
                                               case p_result when 'failed' then 'old_sdk_late' end)
  from rigger.verifications
  where instance_id = fixture.instance_id(p_instance)
$$;
select pg_temp.queue(i) from unnest(array['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) as i;

select is(pg_temp.take('w1'), 'a1', 'the first that was queued is taken');
select is(pg_temp.take('w2'), 'b1', 'then another miner''s, though more of the first one''s came before');
select is(pg_temp.take('w3'), 'c1', 'and another''s');
select is(pg_temp.take('w4'), null, 'no miner has two under way');
select pg_temp.finish('a1', 'w1', 'failed');
select is(pg_temp.take('w4'), 'a2', 'once it is judged the miner''s next one is taken');
select pg_temp.finish('b1', 'w2', 'failed'), pg_temp.finish('a2', 'w4', 'failed');
select is(pg_temp.take('w5'), 'b2', 'the miner whose turn is the longest ago comes first');
select is(pg_temp.take('w6'), 'a3', 'then the other');
select results_eq(
  $$ select miner_hotkey from rigger.verification_turns order by taken_at $$,
  $$ values ('carol'), ('bob'), ('alice') $$, 'as their turns say');

-- What is given back waits behind the miner's others.
select pg_temp.finish('a3', 'w6', 'unjudged'), pg_temp.queue('a1');
select is(pg_temp.take('w7'), 'a1', 'one that could not be judged does not hold up its miner''s others');
select pg_temp.finish('a1', 'w7', 'failed');
select is(pg_temp.take('w8'), 'a3', 'and has its turn after them');
update rigger.verifications set lease_until = now() - interval '1 second'
where instance_id = fixture.instance_id('a3') and state = 'running';
select is(pg_temp.take('w9'), 'a3', 'one whose lease is over is not under way any more');
select pg_temp.queue('a2');
select is(pg_temp.take('w10'), null, 'the limit is one');
update rigger.limits set value = 2 where name = 'verification.of_miner';
select is(pg_temp.take('w10'), 'a2', 'unless it is another');
select is((select count(*) from pg_locks where locktype = 'advisory'
           and objid = (hashtext('rigger.take_verification')::bigint & 4294967295)::oid)::integer, 1,
          'whose turn it is is decided under a lock');

select * from finish();
rollback;
