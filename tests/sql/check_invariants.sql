-- Every promise, broken by hand: check_invariants() must name it, and nothing else.
begin;
select plan(19);
select fixture.miner('alice'), fixture.miner('bob'), fixture.chute('llm', 10), fixture.chute('jobs', 0),
       fixture.gpu('g1', 'alice'), fixture.gpu('g2', 'alice'), fixture.gpu('g3', 'alice'),
       fixture.job('job', 'jobs');
select fixture.live('a', 'active', 'llm', 'alice', 'g1', 20001);
select fixture.live('gone', 'active', 'llm', 'alice', 'g2', 20002);
select rigger.delete_instance('alice', 64, null, fixture.id('deletion'), 'llm', fixture.instance_id('gone'));
select fixture.issue('job', 'alice', 'jobs', 'job'), fixture.claim('job', '{g3}', p_port => 20003);
select is_empty($$ select * from rigger.check_invariants() $$, 'all promises are kept at first');

-- What a statement breaks, then undone.
create function pg_temp.broken(p_statements text) returns text language plpgsql
as $$
declare
  v_found text;
begin
  begin
    execute p_statements;
    select string_agg(invariant || ' ' || what, '; ' order by invariant, what)
    into v_found
    from rigger.check_invariants();
    raise exception using errcode = 'RIGGR', message = coalesce(v_found, 'none');
  exception
    when sqlstate 'RIGGR' then
      return sqlerrm;
  end;
end
$$;

-- Constraints are known by their columns: each database has names of its own for them.
create function pg_temp.drop_unique(p_table text, p_columns text[]) returns void language plpgsql
as $$
declare
  v_name text;
begin
  for v_name in
    select c.conname
    from pg_constraint c
    where c.conrelid = format('public.%I', p_table)::regclass
      and c.contype = 'u'
      and (select array_agg(a.attname::text order by a.attnum)
           from pg_attribute a
           where a.attrelid = c.conrelid and a.attnum = any (c.conkey)) = p_columns
  loop
    execute format('alter table public.%I drop constraint %I', p_table, v_name);
  end loop;
end
$$;

select is(
  pg_temp.broken($$
    select pg_temp.drop_unique('instance_nodes', '{node_id}');
    insert into public.instance_nodes (instance_id, node_id) values (fixture.instance_id('job'), 'g1') $$),
  '1 the GPU is in more than one instance', 'a GPU in two instances');
select is(
  pg_temp.broken($$
    select pg_temp.drop_unique('instances', '{host,port}');
    update public.instances set port = 20001 $$),
  '1 more than one instance has this host and port', 'two instances at one host and port');
select is(
  pg_temp.broken($$ update public.instances
                    set port = 20001, host = case config_id when fixture.config_id('a') then 'fd00::5'
                                                            else 'FD00:0:0::5' end $$),
  '1 more than one instance has this host and port', 'or at two spellings of one');
select is(
  pg_temp.broken($$
    update rigger.placements
    set config_id = fixture.config_id('a')
    where config_id = fixture.config_id('gone') $$),
  '1 the config made more than one instance', 'a config used twice');
select is(
  pg_temp.broken($$ update rigger.placements
                    set instances_before = 99
                    where config_id = fixture.config_id('a') $$),
  '2 its place was not one the capacity rule allowed', 'a place beyond the target');
select is(
  pg_temp.broken($$ update public.jobs set miner_hotkey = 'bob' $$),
  '3 the job is held by an instance of another miner', 'a job of somebody else');
select is(
  pg_temp.broken($$ update public.launch_configs
                    set verified_at = null
                    where config_id = fixture.config_id('a') $$),
  '4 verified, but its config or challenge is not', 'an instance verified without its config');
select is(
  pg_temp.broken($$ update rigger.challenges
                    set decided_at = null
                    where config_id = fixture.config_id('a') $$),
  '4 verified, but its config or challenge is not', 'or without an answer');
select is(
  pg_temp.broken($$ update rigger.challenges set attempt_at = expires_at + interval '1 second' $$),
  '4 verified, but its config or challenge is not', 'or by one that was late');
select is(
  pg_temp.broken($$ update public.instances set active = true where config_id = fixture.config_id('job') $$),
  '4 active, but not verified',
  'an instance active before it is verified');
select is(
  pg_temp.broken($$ delete from public.instance_audit where instance_id = fixture.instance_id('a') $$),
  '5 the instance has no audit row', 'an instance without its audit');
select is(
  pg_temp.broken($$ update public.instance_audit set deletion_reason = null
                    where instance_id = fixture.instance_id('gone') $$),
  '5 deleted without time or reason', 'a deletion without a reason');
select is(
  pg_temp.broken($$ insert into rigger.events (channel, reason, payload)
                    select channel, reason, payload
                    from rigger.events
                    where reason = 'instance_hot'
                    limit 1 $$),
  '6 instance_hot was announced 2 times', 'an event too many');
select is(
  pg_temp.broken($$ delete from rigger.events where reason = 'instance_deleted' $$),
  '6 instance_deleted was never announced', 'an event too few');
select is(
  pg_temp.broken($$ update rigger.events set created_at = now() - interval '8 days';
                    update rigger.placements
                    set placed_at = now() - interval '8 days', verified_at = verified_at - interval '8 days',
                        activated_at = activated_at - interval '8 days',
                        removed_at = removed_at - interval '8 days';
                    update public.instance_audit set deleted_at = deleted_at - interval '8 days';
                    update public.instances set last_verified_at = now() - interval '8 days';
                    select rigger.prune_events('7 days') $$),
  'none', 'events that were pruned are not missed');
select is(
  pg_temp.broken($$ insert into rigger.used_signatures (signature_hash, hotkey, request_key)
                    select fixture.signature(i), 'alice', fixture.id('one')
                    from unnest(array['1', '2']) as i $$),
  '7 one request used more than one signature', 'two signatures for one request');
select is(
  pg_temp.broken($$ update public.launch_configs set retrieved_at = retrieved_at - interval '121 seconds'
                    where config_id = fixture.config_id('job') $$),
  '8 reserved past its time limit: no challenge was stored in time', 'a claim that the reaper forgot');
select is_empty($$ select * from rigger.check_invariants() $$, 'and all was undone');

select * from finish();
rollback;
