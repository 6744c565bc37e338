begin;
select plan(24);

select fixture.miner('alice'), fixture.miner('bob');

-- What the rule says for a chute with so many hot and cold instances of alice's and of bob's.
create function pg_temp.verdict(
  p_chute text, p_target integer, p_alice_hot integer, p_alice_cold integer, p_bob_hot integer,
  p_permitted jsonb default null)
returns text
language plpgsql
as $$
begin
  perform fixture.chute(p_chute, p_target);
  perform fixture.instances(p_chute, 'alice', p_alice_hot);
  perform fixture.instances(p_chute, 'alice', p_alice_cold, false);
  perform fixture.instances(p_chute, 'bob', p_bob_hot);
  insert into public.rolling_updates (chute_id, old_version, new_version, permitted)
  select p_chute, 'version 0', 'version 1', p_permitted
  where p_permitted is not null;
  return (select coalesce(rule, 'refused') from rigger.decide_capacity(p_chute, 'alice'));
end
$$;

select is(
  pg_temp.verdict('a1', 0, 0, 0, 0), 'no_hot_instance', 'none hot, none at all: allowed with target 0');
select is(pg_temp.verdict('a2', 1, 0, 3, 0), 'no_hot_instance', 'none hot, target + 2 there: allowed');
select is(pg_temp.verdict('a3', 1, 0, 4, 0), 'refused', 'none hot, target + 3 there: refused');
select is(
  pg_temp.verdict('a4', null, 0, 5, 0), 'no_hot_instance', 'none hot and no log: target is the total');
select is(
  pg_temp.verdict('a5', null, 1, 0, 0), 'refused', 'one hot and no log: target is the total, refused');

select is(pg_temp.verdict('b1', 3, 0, 0, 3), 'refused', 'target reached: refused');
select is(pg_temp.verdict('b2', 3, 0, 0, 4), 'refused', 'target passed: refused');
select is(
  pg_temp.verdict('b3', 3, 0, 0, 2), 'below_target', 'one place left and it is another''s chute: allowed');
select is(
  pg_temp.verdict('b4', 3, 2, 0, 0), 'refused',
  'one place left and every instance is this miner''s: refused');
select is(
  pg_temp.verdict('b5', 3, 1, 0, 1), 'below_target', 'one place left and not every instance is: allowed');
select is(
  pg_temp.verdict('b6', 3, 1, 0, 0), 'below_target', 'two places left and every instance is: allowed');
select is(pg_temp.verdict('b7', 3, 1, 1, 1), 'refused', 'instances that are not hot count');

select is(
  pg_temp.verdict('c1', 3, 0, 0, 3, '{"alice": 1}'), 'rolling_quota',
  'rolling, quota: allowed at the target');
select is(
  pg_temp.verdict('c2', 3, 0, 0, 1, '{"alice": 0}'), 'refused', 'rolling, quota 0: refused two below');
select is(
  pg_temp.verdict('c3', 3, 0, 0, 1, '{"bob": 1}'), 'refused', 'rolling, quota of others only: refused');
select is(pg_temp.verdict('c4', 3, 0, 0, 9, '{}'), 'rolling_open', 'rolling, permitted empty: allowed');
select is(
  pg_temp.verdict('c5', 4, 0, 0, 1, '{"bob": 1}'), 'below_target',
  'rolling, three below: quota does not matter');
select is(
  pg_temp.verdict('c6', 3, 0, 0, 3, '{"alice": null}'), 'refused', 'rolling, quota null: as if missing');
select is(pg_temp.verdict('c7', 3, 0, 1, 0, '{"bob": 1}'), 'no_hot_instance', 'rolling, none hot: allowed');

select fixture.chute('d1', 1), fixture.chute('d2', 1);
select fixture.instances('d1', 'bob', 1, false), fixture.instances('d2', 'bob', 1, false);
update public.instances set active = true where chute_id = 'd1';
update public.instances set verified = true where chute_id = 'd2';
select is(
  (select rule from rigger.decide_capacity('d1', 'alice')), 'no_hot_instance',
  'an instance that is active and not verified is not hot');
select is(
  (select rule from rigger.decide_capacity('d2', 'alice')), 'no_hot_instance',
  'nor is one that is verified and not active');

select fixture.target('b1', 4);
select is(
  (select rule from rigger.decide_capacity('b1', 'alice')), 'below_target', 'the newest target counts');
select results_eq(
  $$ select takes_quota, instances_before, instances_allowed from rigger.decide_capacity('c1', 'alice') $$,
  $$ values (true, 3, null::integer) $$,
  'a quota is to be taken off, and sets no number');
select results_eq(
  $$ select takes_quota, instances_before, instances_allowed from rigger.decide_capacity('a2', 'alice') $$,
  $$ values (false, 3, 4) $$,
  'without a hot instance target + 3 are allowed');

select * from finish();
rollback;
