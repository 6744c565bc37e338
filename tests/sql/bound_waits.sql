-- bound_waits: every function that is called from outside bounds its waits for locks first, by a limit, and
-- for its transaction alone. And what repeats an answer takes a lock, so that it waits for a standby as the
-- first answer did: a transaction that writes nothing waits for none.
begin;
select plan(22);

-- Told apart from what SQL functions read, which take no row's lock, and from those that take_events serves.
create view pg_temp.entrances as
select p.proname::text as name, p.prosrc
from pg_proc p
where p.pronamespace = 'rigger'::regnamespace
  and (has_function_privilege('rigger_app', p.oid, 'execute')
       or has_function_privilege('rigger_admin', p.oid, 'execute'));
select cmp_ok((select count(*) from pg_temp.entrances), '>', 30::bigint, 'there are functions to be called');
select set_eq(
  $$ select e.name from pg_temp.entrances e
     where e.prosrc !~ '(^|\n)begin\n  perform rigger[.]bound_waits\(''lock[.]waited_(fast|slow)''\);\n' $$,
  array['check_documents', 'check_invariants', 'status', 'take_messages', 'take_targets', 'target_is_told'],
  'all bound their waits first, but those that only read for an administrator or take by take_events()');
select set_eq(
  $$ select e.name from pg_temp.entrances e where e.prosrc ~ 'lock[.]waited_fast' $$,
  array['activate_launch_config', 'authenticate_hotkey', 'delete_instance', 'find_api_key', 'find_user',
        'issue_launch_config', 'ready', 'touch_api_key', 'warnings'],
  'what a fast worker calls has the short bound');

select is(current_setting('lock_timeout'), '0', 'a session has none of its own');
select rigger.bound_waits('lock.waited_slow');
select is(current_setting('lock_timeout'), '1s', 'the limit that was named');
select rigger.bound_waits('lock.waited_fast');
select is(current_setting('lock_timeout'), '1s', 'the first one of a transaction holds');
select set_config('rigger.bounded_at', 'of another transaction', true),
       set_config('lock_timeout', '0', true);
update rigger.limits set value = 150 where name = 'lock.waited_fast';
select rigger.bound_waits('lock.waited_fast');
select is(current_setting('lock_timeout'), '150ms', 'an old mark is none, and a new value holds at once');
update rigger.limits set value = initial where name = 'lock.waited_fast';

select is(current_setting('client_min_messages'), 'notice', 'what is told is left');
set local client_min_messages = error;
select set_config('rigger.bounded_at', '', true);
select rigger.bound_waits('lock.waited_fast');
select is(current_setting('client_min_messages'), 'warning', 'but warnings are told');
select throws_ok(
  $$ select set_config('rigger.bounded_at', '', true), rigger.bound_waits('lock.waited_x') $$, '42704',
  'there is no limit "lock.waited_x"', 'a limit that is not there is no bound');

-- The settings are the transaction's: a function that has settings of its own does not take them back.
select set_config('rigger.bounded_at', '', true), set_config('lock_timeout', '0', true);
select * from rigger.find_user('nobody');
select is(current_setting('lock_timeout'), '300ms', 'the bound outlives the function');

-- A row's lock is in its xmax, and the transaction is one that a standby is waited for. The block makes the
-- call a subtransaction, whose locks are told from those of this transaction.
select fixture.chute('llm'), fixture.miner('alice'), fixture.gpu('g1', 'alice');
create function pg_temp.locks(p_row text, p_call text) returns boolean language plpgsql
as $$
declare
  v_before text;
  v_after text;
begin
  execute p_row into v_before;
  begin
    execute p_call;
  exception
    when division_by_zero then
      null;
  end;
  execute p_row into v_after;
  return v_before <> v_after;
end
$$;

select rigger.authenticate_hotkey('alice', 64, fixture.signature('s'), fixture.id('a'));
select ok(
  pg_temp.locks(
    $$ select xmax from rigger.used_signatures where signature_hash = fixture.signature('s') $$,
    $$ select rigger.authenticate_hotkey('alice', 64, fixture.signature('s'), fixture.id('a')) $$),
  'a repeated request locks its signature');
select is(
  (select refusal from rigger.issue_launch_config('alice', 64, null, fixture.id('t'), 'llm', null, 'k')),
  null,
  'a token without a signature');
select ok(
  pg_temp.locks(
    $$ select xmax from public.launch_configs where config_id = fixture.config_id('t') $$,
    $$ select rigger.issue_launch_config('alice', 64, null, fixture.id('t'), 'llm', null, 'k') $$),
  'and again locks its launch config');
select is(
  (select refusal from rigger.issue_launch_config(
     'alice', 64, fixture.signature('u'), fixture.id('u'), 'llm', null, 'k')), null,
  'a token with a signature');
select ok(
  pg_temp.locks(
    $$ select xmax from rigger.used_signatures where signature_hash = fixture.signature('u') $$,
    $$ select rigger.issue_launch_config(
         'alice', 64, fixture.signature('u'), fixture.id('u'), 'llm', null, 'k') $$),
  'and again locks its signature');

select fixture.live('v', 'verified', 'llm', 'alice', 'g1');
select is(
  (select refusal from rigger.activate_launch_config(fixture.config_id('v'), 64)), null, 'an activation');
select ok(
  pg_temp.locks(
    format('select xmax from public.instances where instance_id = %L', fixture.instance_id('v')),
    format('select rigger.activate_launch_config(%L, 64)', fixture.config_id('v'))),
  'and again locks its instance');

select is(
  (select refusal from rigger.delete_instance(
     'alice', 64, fixture.signature('d'), fixture.id('d'), 'llm', fixture.instance_id('v'))), null,
  'a deletion');
select ok(
  pg_temp.locks(
    $$ select xmax from rigger.used_signatures where signature_hash = fixture.signature('d') $$,
    $$ select rigger.delete_instance('alice', 64, fixture.signature('d'), fixture.id('d'), 'llm',
                                     fixture.instance_id('v')) $$),
  'and again locks its signature');

select fixture.chute('old', p_chutes_version => '0.2.20');
create function pg_temp.announce() returns text language sql
as $$
  select refusal
  from rigger.create_instance('alice', 64, null, fixture.id('o'), 'old', fixture.instance_id('o'), '["g1"]',
                              '1.2.3.4', '1.2.3.4', 20001, '000102030405060708090a0b0c0d0e0f', null)
$$;
select is(pg_temp.announce(), null, 'an instance that is announced without a signature');
select ok(
  pg_temp.locks(
    format('select xmax from public.instances where instance_id = %L', fixture.instance_id('o')),
    'select pg_temp.announce()'),
  'and again locks its instance');

select * from finish();
rollback;
