begin;
select plan(16);

select fixture.miner('alice'), fixture.chute('llm'), fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice');
select fixture.issue('unclaimed', 'alice', 'llm');
select is(
  fixture.store('unclaimed', 'g1'), 'config_failed_meanwhile',
  'a config that is not claimed gets no challenge');

select fixture.live('a', 'claimed', 'llm', 'alice', 'g1');
update public.launch_configs
set retrieved_at = retrieved_at - interval '10 seconds'
where config_id = fixture.config_id('a');
select is(fixture.store('a', 'g1'), 'none', 'a claimed config gets its challenge');
select results_eq(
  $$ select instance_id, gpu_uuid, algorithm, iterations, kept, attempt_id, decided_at
     from rigger.challenges where config_id = fixture.config_id('a') $$,
  $$ values (fixture.instance_id('a'), 'g1', 'rigger-matmul-v1', 5,
             '{"n": 256, "secret_row": 17}'::jsonb, null::uuid,
             null::timestamptz) $$,
  'it is stored as it was made');
select is(
  (select expires_at - stored_at from rigger.challenges where config_id = fixture.config_id('a')),
  interval '1 second' * 70 * 2.15, 'the time limit is 2.15 times the estimate of the model');
select ok(
  (select c.stored_at > now() and l.retrieved_at >= now() at time zone 'utc'
   from rigger.challenges c
   join public.launch_configs l using (config_id)
   where config_id = fixture.config_id('a')),
  'the clock starts when it is stored, not when the config was claimed or the transaction began');
select is(
  (select seed from public.launch_configs where config_id = fixture.config_id('a')), 4711::numeric,
  'the config holds the seed');

update rigger.challenges set stored_at = 'epoch' where config_id = fixture.config_id('a');
select lives_ok($$ select fixture.store('a', 'g1') $$, 'it may be stored again');
select is(fixture.store('a', 'g1'), 'none', 'the same request again gets the same answer');
select is(
  (select stored_at from rigger.challenges where config_id = fixture.config_id('a')), 'epoch',
  'and does not start the clock again');

select fixture.live('b', 'claimed', 'llm', 'alice', 'g2', 20001);
select is(fixture.store('b', 'g1'), 'instance_gone', 'a GPU of another instance is none of this one''s');

select fixture.live('c', 'claimed', 'llm', 'alice', 'g2', 20002);
delete from public.instances where instance_id = fixture.instance_id('c');
select is(fixture.store('c', 'g2'), 'instance_gone', 'an instance that is gone gets no challenge');
select is(
  (select failed_at is not null from public.launch_configs where config_id = fixture.config_id('c')), true,
  'and its config fails');
select is(fixture.store('c', 'g2'), 'config_failed_meanwhile', 'a failed config gets no challenge');
select is(
  (select count(*) from rigger.challenges), 1::bigint, 'none of these stored anything');

select fixture.live('d', 'claimed', 'llm', 'alice', 'g2', 20003);
select is(fixture.store('d', 'g2', 18446744073709551615), 'none', 'a seed may have all of 64 bits');
select is(
  (select seed from rigger.begin_verification(fixture.config_id('d'), fixture.id('first'), 60000, true)),
  18446744073709551615, 'an attempt gets it back');

select * from finish();
rollback;
