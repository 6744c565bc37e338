-- What becomes of a job when its instance goes or its launch fails, before it has started and after.
begin;
select plan(16);
select fixture.miner('alice'), fixture.miner('bob'), fixture.chute('jobs', 0);

-- A job of this name that alice has claimed; with p_starts it was verified, too. The flags are null, as the
-- Python service's model may leave them.
create function pg_temp.job(p_name text, p_starts boolean) returns void language plpgsql
as $$
begin
  perform fixture.job(p_name, 'jobs'), fixture.gpu(p_name, 'alice');
  update public.jobs
  set active = null, verified = null, miner_terminated = null
  where job_id = p_name;
  perform fixture.issue(p_name, 'alice', 'jobs', p_name),
          fixture.claim(p_name, array[p_name],
                        p_port => 20000 + (select count(*) from public.jobs)::integer);
  if p_starts then
    perform fixture.store(p_name, p_name);
    perform fixture.begin(p_name);
    perform fixture.finish(p_name);
  end if;
end
$$;

-- "ended", "free" or "held", and what users and auditors see of it; of a job whose instance has gone this
-- way.
create function pg_temp.fate(p_name text, p_starts boolean, p_way text) returns text language plpgsql
as $$
declare
  v_fate text;
begin
  perform pg_temp.job(p_name, p_starts);
  execute replace(replace(p_way, 'INSTANCE', quote_literal(fixture.instance_id(p_name))),
                  'CONFIG', quote_literal(fixture.config_id(p_name)));
  select concat_ws(' ', case when j.finished_at is not null then 'ended'
                             when j.miner_hotkey is null then 'free'
                             else 'held' end,
                   j.status, j.error_detail, 'miner ' || j.miner_terminated)
  into v_fate
  from public.jobs j
  where j.job_id = p_name
    and (j.instance_id is null) = (p_way !~ 'blacklist')
    and num_nulls(j.miner_uid, j.miner_hotkey, j.miner_coldkey) in (0, 3)
    and coalesce(j.active, false) = (j.finished_at is null and p_starts);
  return v_fate;
end
$$;

select is(
  pg_temp.fate('deleted', false,
               'select rigger.delete_instance(''alice'', 64, null, gen_random_uuid(), ''jobs'', INSTANCE)'),
  'ended error miner initialized miner true', 'its miner deletes the instance before the job has started');
select is(
  pg_temp.fate('deleted later', true,
               'select rigger.delete_instance(''alice'', 64, null, gen_random_uuid(), ''jobs'', INSTANCE)'),
  'ended error miner initialized miner true', 'or after');
select is(
  pg_temp.fate('evicted', false, 'select rigger.evict(INSTANCE, ''burns'')'), 'free pending',
  'an administrator evicts the instance before the job has started: others may have it');
select is(
  pg_temp.fate('evicted later', true, 'select rigger.evict(INSTANCE, ''burns'')'), 'ended error burns',
  'or after: it ends');
select is(
  pg_temp.fate('failed', false, 'select rigger.fail_launch_config(CONFIG, ''proof_wrong'')'), 'free pending',
  'a launch that fails frees its job');
select is(
  pg_temp.fate('undone', false, 'select rigger.undo_claim(CONFIG, INSTANCE)'), 'free pending',
  'as does a claim that is undone');
select is(
  pg_temp.fate('late', false,
               'update public.launch_configs set retrieved_at = retrieved_at - interval ''2 minutes''
                where config_id = CONFIG;
                select rigger.reap()'),
  'free pending', 'and one that the reaper finds');
select is(
  pg_temp.fate('old', false,
               'update public.instances set config_id = null, created_at = now() - interval ''2 hours''
                where instance_id = INSTANCE;
                select rigger.reap()'),
  'free pending', 'an instance without a config, which the reaper finds, holds no job for ever');
select is(
  pg_temp.fate('shunned', false, 'select rigger.blacklist(''alice'', ''cheats'')'), 'held pending',
  'a blacklisted miner keeps its instances, and its job');
select rigger.blacklist('alice', null);
select is(
  pg_temp.fate('shunned later', true, 'select rigger.blacklist(''alice'', ''cheats'')'), 'held running',
  'whether it has started or not');
select rigger.blacklist('alice', null);

-- What is free is free for others, and what has ended is not.
select is(
  (select refusal from fixture.issue('b1', 'bob', 'jobs', 'evicted')), 'none', 'a free job has takers');
select is(
  (select refusal from fixture.issue('b2', 'bob', 'jobs', 'deleted')), 'job_finished',
  'an ended one has none');

-- A job that others ended while its pod was being verified stays ended.
select pg_temp.job('over', false), fixture.store('over', 'over'), fixture.begin('over');
update public.jobs
set status = 'terminated', finished_at = now() at time zone 'utc'
where job_id = 'over';
select is((select refusal from fixture.finish('over')), 'none', 'a verification after the end of its job');
select results_eq(
  $$ select status::text, started_at from public.jobs where job_id = 'over' $$,
  $$ values ('terminated', null::timestamp) $$, 'starts nothing');

select results_eq(
  $$ select active, verified, status::text, started_at is not null, finished_at
     from public.jobs
     where job_id = 'shunned later' $$,
  $$ values (true, true, 'running', true, null::timestamp) $$, 'a job that was verified runs');
select is_empty($$ select * from rigger.check_invariants() $$, 'no promise is broken');

select * from finish();
rollback;
