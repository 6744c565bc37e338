-- A small network for the SQL tests: makers of rows in the schema fixture. Names are ids:
-- fixture.miner('alice') makes the miner whose hotkey is alice. Loaded once; each test file makes what it
-- needs and rolls it back.

create schema fixture;

create function fixture.id(p_name text) returns uuid language sql immutable
as $$ select md5(p_name)::uuid $$;
comment on function fixture.id(text) is 'The uuid that stands for a name.';

create function fixture.config_id(p_name text) returns text language sql immutable
as $$ select fixture.id(p_name)::text $$;
comment on function fixture.config_id(text) is 'The id of the launch config of that name.';

create function fixture.instance_id(p_name text) returns text language sql immutable
as $$ select fixture.id(p_name || ' instance')::text $$;
comment on function fixture.instance_id(text) is 'The id of the instance that the config of that name makes.';

create function fixture.signature(p_name text) returns bytea language sql immutable
as $$ select sha256(convert_to(p_name, 'UTF8')) $$;
comment on function fixture.signature(text) is 'The hash that stands for a signature.';

create function fixture.chute(
  p_name text, p_target integer default 10, p_node_selector jsonb default '{"gpu_count": 1}',
  p_jobs jsonb default '[]', p_chutes_version text default '0.3.5')
returns text
language sql
as $$
  insert into public.users (user_id, username, coldkey, fingerprint_hash)
  values (p_name || ' owner', p_name || ' owner', 'cold', p_name || ' fingerprint');
  insert into public.images (image_id, user_id, name, tag, patch_version)
  values (p_name || ' image', p_name || ' owner', p_name, '1', 'patch 1');
  insert into public.chutes
    (chute_id, user_id, name, image_id, cords, jobs, node_selector, code, filename, ref_str, version,
     chutes_version)
  values
    (p_name, p_name || ' owner', p_name, p_name || ' image', '[]', p_jobs, p_node_selector, 'print(1)',
     'app.py', 'app:chute', 'version 1', p_chutes_version);
  insert into public.capacity_log (chute_id, "timestamp", target_count)
  select p_name, clock_timestamp() at time zone 'utc', p_target
  where p_target is not null;
  select p_name
$$;
comment on function fixture.chute(text, integer, jsonb, jsonb, text) is
  'A chute with its owner and image; a null target leaves the capacity log empty.';

create function fixture.target(p_chute text, p_target integer) returns void language sql
as $$
  insert into public.capacity_log (chute_id, "timestamp", target_count)
  values (p_chute, clock_timestamp() at time zone 'utc', p_target)
$$;
comment on function fixture.target(text, integer) is 'A newer target for a chute.';

create function fixture.miner(p_name text, p_blacklist_reason text default null, p_netuid integer default 64)
returns text
language sql
as $$
  insert into public.metagraph_nodes (hotkey, coldkey, node_id, netuid, blacklist_reason, checksum)
  values (p_name, p_name || ' cold', 7, p_netuid, p_blacklist_reason, 'x')
  returning hotkey
$$;
comment on function fixture.miner(text, text, integer) is 'A registered miner.';

create function fixture.gpu(
  p_name text, p_miner text, p_host text default '1.2.3.4', p_model text default 'h100_sxm',
  p_verified boolean default true)
returns text
language sql
as $$
  insert into public.nodes
    (uuid, name, memory, major, minor, processors, sxm, clock_rate, max_threads_per_processor,
     concurrent_kernels, ecc, seed, miner_hotkey, gpu_identifier, device_index, verification_host,
     verification_port, verified_at)
  values
    (p_name, 'NVIDIA ' || p_model, 85899345920, 9, 0, 132, true, 1980000, 2048, true, null, 1, p_miner,
     p_model, 0, p_host, 9000, case when p_verified then now() end)
  returning uuid
$$;
comment on function fixture.gpu(text, text, text, text, boolean) is 'A GPU of a miner; its ecc is null.';

create function fixture.job(
  p_name text, p_chute text, p_method text default 'train', p_args jsonb default '{}')
returns text
language sql
as $$
  insert into public.jobs
    (job_id, user_id, chute_id, version, method, job_args, status, miner_history, compute_multiplier)
  select p_name, user_id, chute_id, version, p_method, p_args, 'pending', '[]', 1
  from public.chutes
  where chute_id = p_chute
  returning job_id
$$;
comment on function fixture.job(text, text, text, jsonb) is 'A pending job of a chute.';

create function fixture.instances(p_chute text, p_miner text, p_count integer, p_hot boolean default true)
returns void
language sql
as $$
  insert into public.instances
    (instance_id, host, port, chute_id, version, miner_uid, miner_hotkey, miner_coldkey, active, verified)
  select gen_random_uuid(), p_chute || ' ' || p_miner || ' ' || p_hot, i, p_chute, 'version 1', 7, p_miner,
         p_miner || ' cold', p_hot, p_hot
  from generate_series(1, p_count) as i
$$;
comment on function fixture.instances(text, text, integer, boolean) is
  'Instances that only count: no GPUs, no configs.';

create function fixture.port_mappings(p_port integer) returns jsonb language sql immutable
as $$
  select jsonb_build_array(jsonb_build_object('internal_port', 8000, 'external_port', p_port, 'proto', 'tcp'))
$$;
comment on function fixture.port_mappings(integer) is
  'The mapping of a pod that serves nothing but its chute.';

create function fixture.issue(
  p_config text, p_miner text, p_chute text, p_job text default null, out refusal text)
language sql
as $$
  select coalesce(i.refusal, 'none')
  from rigger.issue_launch_config(p_miner, 64, null, fixture.id(p_config), p_chute, p_job,
                                 'env key ' || p_config) i
$$;
comment on function fixture.issue(text, text, text, text) is
  'GET launch_config under an account credential; the refusal, or "none".';

create function fixture.claim(
  p_config text, p_gpus text[], p_host text default '1.2.3.4', p_port integer default 20000,
  p_port_mappings jsonb default null, p_client text default '1.2.3.4', p_address text default '1.2.3.4',
  p_host_refusal text default null, p_failure text default null,
  out refusal text, out said text)
language sql
as $$
  select coalesce(c.refusal, 'none'), rigger.refusal_text(c.refusal, c.subject)
  from rigger.claim_launch_config(
    fixture.config_id(p_config), 64, p_host, p_address, p_client, to_jsonb(p_gpus),
    coalesce(p_port_mappings, fixture.port_mappings(p_port)), fixture.instance_id(p_config),
    '000102030405060708090a0b0c0d0e0f', p_host_refusal, p_failure) c
$$;
comment on function fixture.claim(text, text[], text, integer, jsonb, text, text, text, text) is
  'POST launch_config; the instance is fixture.instance_id of the config''s name.'
  ' The refusal, or "none", and its text.';

create function fixture.store(p_config text, p_gpu text, p_seed numeric default 4711) returns text
language sql
as $$
  select coalesce(s.refusal, 'none')
  from rigger.store_challenge(fixture.config_id(p_config), fixture.instance_id(p_config), p_gpu,
                              'rigger-matmul-v1', p_seed, 5, '{"n": 256, "secret_row": 17}') s
$$;
comment on function fixture.store(text, text, numeric) is
  'Stores the challenge of a claimed config; the refusal, or "none".';

create function fixture.begin(
  p_config text, p_attempt text default 'first', p_well_formed boolean default true,
  out result text, out refusal text)
language sql
as $$
  select b.result, coalesce(b.refusal, 'none')
  from rigger.begin_verification(fixture.config_id(p_config), fixture.id(p_attempt), 60000, p_well_formed) b
$$;
comment on function fixture.begin(text, text, boolean) is
  'First half of PUT launch_config; a lease of a minute. The result, and the refusal, or "none".';

create function fixture.finish(p_config text, p_attempt text default 'first', p_failure text default null,
  out refusal text)
language sql
as $$
  select coalesce(f.refusal, 'none')
  from rigger.finish_verification(fixture.config_id(p_config), fixture.id(p_attempt), p_failure) f
$$;
comment on function fixture.finish(text, text, text) is
  'Second half of PUT launch_config; the refusal, or "none".';

create function fixture.live(
  p_config text, p_stage text, p_chute text, p_miner text, p_gpu text, p_port integer default 20000)
returns text
language plpgsql
as $$
declare
  v_reached text[] := '{}';
  v_refusal text;
  v_stage text;
begin
  foreach v_stage in array array['issued', 'claimed', 'challenged', 'verified', 'active'] loop
    v_refusal := case v_stage
      when 'issued' then (select refusal from fixture.issue(p_config, p_miner, p_chute))
      when 'claimed' then (select refusal from fixture.claim(p_config, array[p_gpu], p_port => p_port))
      when 'challenged' then fixture.store(p_config, p_gpu)
      when 'verified' then (
        select f.refusal
        from fixture.begin(p_config) b
        cross join lateral fixture.finish(case when b.result = 'begun' then p_config end) f)
      else (select coalesce(a.refusal, 'none')
            from rigger.activate_launch_config(fixture.config_id(p_config), 64) a)
    end;
    v_reached := v_reached || v_stage;
    if v_refusal is distinct from 'none' then
      raise exception 'fixture.live: % after %', v_refusal, v_reached;
    end if;
    exit when v_stage = p_stage;
  end loop;
  return fixture.instance_id(p_config);
end
$$;
comment on function fixture.live(text, text, text, text, text, integer) is
  'Brings a config to a stage (issued, claimed, challenged, verified, active); the id of its instance.';

create function fixture.events(p_config text) returns text language sql stable
as $$
  select string_agg(reason, ' ' order by event_id)
  from rigger.events
  where payload -> 'data' ->> 'instance_id' = fixture.instance_id(p_config)
$$;
comment on function fixture.events(text) is 'Reasons of the events about the instance of a config, in order.';
