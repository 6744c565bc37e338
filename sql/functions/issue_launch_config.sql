-- Purpose: GET /instances/launch_config: authenticates a miner, applies the rules of the chute or of the job,
--   and makes a launch config. The same config id again is the same request, whose answer is repeated.
-- Parameters: the caller (hotkey, netuid, signature hash or null), the new config's id, chute, job or null,
--   and its random environment key in hex; the chute's target as Redis told it (null: it told none).
-- Returns: refusal and its subject, or what the token is made of; issued_at and expires_at in Unix seconds.
-- Calls: bound_waits, authenticate_hotkey, read_node_selector, read_job_definition, decide_capacity,
--   enter_job_race, job_disk_gb, limit_of.
-- Tables: chutes, rigger.limits (read), rigger.used_signatures, jobs, launch_configs (written).
-- Role: rigger_app
create or replace function rigger.issue_launch_config(
  p_hotkey text, p_netuid integer, p_signature_hash bytea, p_config_id uuid, p_chute_id text, p_job_id text,
  p_env_key text, p_target integer default null,
  out refusal text, out subject text, out config_id text, out env_key text, out job_id text,
  out disk_gb integer, out issued_at bigint, out expires_at bigint)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_caller record;
  v_lifetime numeric;
  v_unreadable text;
begin
  perform rigger.bound_waits('lock.waited_fast');
  select * into v_caller from rigger.authenticate_hotkey(p_hotkey, p_netuid, p_signature_hash, p_config_id);
  refusal := v_caller.refusal;
  if refusal is not null then
    return;
  end if;

  -- Without a signature nothing but the config itself tells that the request was here before. It may be here
  -- still: a request is sent again when its connection is lost, and what runs on the lost one goes on.
  if p_signature_hash is null then
    perform pg_advisory_xact_lock(hashtextextended('rigger.issue_launch_config ' || p_config_id, 0));
  end if;
  -- rule: token.repeated
  if v_caller.repeated or p_signature_hash is null then
    select c.config_id, c.env_key, c.job_id, floor(extract(epoch from c.created_at))::bigint
    into config_id, env_key, job_id, issued_at
    from public.launch_configs c
    where c.config_id = p_config_id::text
      -- rule: token.repeated_by_owner
      and c.miner_hotkey = p_hotkey
    -- rule: token.repeat_confirmed
    for no key update;
    if found then
      disk_gb := rigger.job_disk_gb(job_id);
      expires_at := issued_at + rigger.limit_of('token.lifetime');
      return;
    end if;
  end if;

  select coalesce(s.unreadable, d.unreadable, case when c.version is null then 'version' end)
  into v_unreadable
  from public.chutes c
  cross join lateral rigger.read_node_selector(c.node_selector) s
  left join public.jobs j on j.job_id = p_job_id
  left join lateral rigger.read_job_definition(c.jobs, j.method) d on j.job_id is not null
  where c.chute_id = p_chute_id;
  -- rule: token.chute
  if not found then
    refusal := 'chute_not_found';
  -- rule: token.description
  elsif v_unreadable is not null then
    refusal := 'description_unusable';
    subject := format('%s of chute %s', v_unreadable, p_chute_id);
  elsif p_job_id is null then
    -- rule: token.capacity
    select c.refusal, c.subject
    into refusal, subject
    -- rule: token.target
    from rigger.decide_capacity(p_chute_id, p_hotkey, p_target) c;
  else
    select r.refusal, r.subject, r.disk_gb
    into refusal, subject, disk_gb
    from rigger.enter_job_race(p_job_id, p_chute_id, p_hotkey) r;
  end if;
  if refusal is not null then
    return;
  end if;

  insert into public.launch_configs as c
    (config_id, seed, env_key, chute_id, job_id, miner_uid, miner_hotkey, miner_coldkey, created_at)
  values (p_config_id::text, 0, p_env_key, p_chute_id, p_job_id, v_caller.miner_uid, p_hotkey,
          v_caller.miner_coldkey, now() at time zone 'utc')
  on conflict do nothing
  returning c.config_id, c.env_key, c.job_id, floor(extract(epoch from c.created_at))::bigint,
            (select t.value from rigger.limits t where t.name = 'token.lifetime')
  into config_id, env_key, job_id, issued_at, v_lifetime;
  -- Databases that the network's models made in one go have one launch config for a job.
  -- rule: token.job_taken
  if not found then
    if p_job_id is null then
      raise unique_violation using message = 'the launch config is another request''s';
    end if;
    refusal := 'job_taken';
    disk_gb := null;
    update public.jobs j
    set miner_history = j.miner_history - p_hotkey
    where j.job_id = p_job_id;
    return;
  end if;
  -- rule: token.lifetime
  expires_at := issued_at + v_lifetime;
end
$$;
comment on function rigger.issue_launch_config(text, integer, bytea, uuid, text, text, text, integer) is
  'GET /instances/launch_config: makes a launch config where the chute''s capacity or the job allows it.';
