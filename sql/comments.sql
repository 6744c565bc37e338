-- What the Chutes tables are for, column by column, as far as Rigger is concerned. Only tables that Rigger
-- made are described: those of a Chutes deployment are its own to describe.

do $$
declare
  described record;
begin
  for described in
    select text_of.relation, trim(name) as name, text_of.text
    from (values
      ('metagraph_nodes', null, 'Hotkeys registered on the subnets: who may act as a miner.'),
      ('metagraph_nodes', 'hotkey, coldkey', 'SS58 address.'),
      ('metagraph_nodes', 'node_id', 'The miner''s uid on the subnet.'),
      ('metagraph_nodes', 'netuid', 'The subnet.'),
      ('metagraph_nodes', 'blacklist_reason', 'Why the hotkey may do nothing; null or empty: it may.'),
      ('metagraph_nodes', 'checksum, synced_at',
       'Of the last synchronisation with the chain; not read by Rigger.'),

      ('users', null, 'Accounts.'),
      ('users', 'user_id', 'Id.'),
      ('users', 'username', 'Name.'),
      ('users', 'hotkey', 'The hotkey that the account''s credentials act as; null: none.'),
      ('users', 'coldkey', 'SS58 address.'),
      ('users', 'fingerprint_hash',
       'Hash of the account''s secret; user tokens are signed with what is derived from it.'),
      ('users', 'permissions_bitmask, balance', 'Not read by Rigger.'),

      ('api_keys', null, 'API keys of accounts.'),
      ('api_keys', 'api_key_id', 'Id, part of the key.'),
      ('api_keys', 'key_hash', 'Argon2 hash of the whole key.'),
      ('api_keys', 'user_id', 'Whose it is.'),
      ('api_keys', 'admin', 'Whether it may do what its account may; the instance routes ask for that.'),
      ('api_keys', 'name', 'What its owner calls it.'),
      ('api_keys', 'last_used_at', 'When it was last used.'),

      ('images', null, 'Images that chutes run in.'),
      ('images', 'image_id, user_id, name, tag, public, status, chutes_version', 'As the Chutes API has it.'),
      ('images', 'patch_version', 'Its patch; the expected filesystem digest depends on it.'),

      ('chutes', null, 'What is to be run.'),
      ('chutes', 'chute_id', 'Id.'),
      ('chutes', 'user_id', 'Whose it is.'),
      ('chutes', 'name, slug, public, cords, concurrency', 'As the Chutes API has it; not read by Rigger.'),
      ('chutes', 'image_id', 'The image it runs in.'),
      ('chutes', 'jobs', 'Jobs it declares: list of name and ports (name, port, proto).'),
      ('chutes', 'node_selector', 'GPUs it needs: gpu_count, include, exclude, min_vram_gb_per_gpu.'),
      ('chutes', 'code, filename', 'Its source, which the pod must be running. The owner''s: never shown.'),
      ('chutes', 'ref_str', 'What the pod''s command line names: module and chute.'),
      ('chutes', 'version', 'Version of code and image; instances are of one.'),
      ('chutes', 'chutes_version', 'Version of its SDK: which path its instances take.'),

      ('rolling_updates', null, 'Chutes whose instances are being replaced.'),
      ('rolling_updates', 'chute_id', 'The chute.'),
      ('rolling_updates', 'old_version, new_version', 'From which version to which.'),
      ('rolling_updates', 'started_at', 'When it began.'),
      ('rolling_updates', 'permitted', 'Hotkey to number of instances it may still launch; empty: any may.'),

      ('capacity_log', null, 'What the autoscaler saw and wants: the newest row of a chute counts.'),
      ('capacity_log', 'chute_id, timestamp', 'The chute, and when.'),
      ('capacity_log', 'target_count', 'How many instances there should be.'),
      ('capacity_log', 'utilization_current, utilization_5m, utilization_15m, utilization_1h',
       'Share in use.'),
      ('capacity_log', 'rate_limit_ratio_5m, rate_limit_ratio_15m, rate_limit_ratio_1h',
       'Share rate-limited.'),
      ('capacity_log', 'total_requests_5m, total_requests_15m, total_requests_1h', 'Requests.'),
      ('capacity_log', 'completed_requests_5m, completed_requests_15m, completed_requests_1h',
       'Completed ones.'),
      ('capacity_log', 'rate_limited_requests_5m, rate_limited_requests_15m, rate_limited_requests_1h',
       'Rate-limited ones.'),
      ('capacity_log', 'instance_count, action_taken', 'Instances there were, and what the autoscaler did.'),

      ('nodes', null, 'GPUs.'),
      ('nodes', 'uuid', 'The GPU''s uuid.'),
      ('nodes', 'name, memory, major, minor, processors, sxm, clock_rate, max_threads_per_processor,'
                ' concurrent_kernels, ecc', 'What the device says of itself; memory in bytes.'),
      ('nodes', 'seed', 'Seed of its own challenge, for old SDKs.'),
      ('nodes', 'miner_hotkey', 'Whose it is.'),
      ('nodes', 'gpu_identifier', 'Its model, as in rigger.gpu_models.'),
      ('nodes', 'device_index, server_id', 'Where it is in which server.'),
      ('nodes', 'verification_host, verification_port',
       'Where it was verified; its instances must be on that host.'),
      ('nodes', 'verification_error, verified_at',
       'Whether and when it was verified; only a verified GPU may serve.'),

      ('jobs', null, 'Jobs: a chute run once, for one user, by one miner.'),
      ('jobs', 'job_id, user_id, chute_id, version, chutes_version, method', 'What is to be run, for whom.'),
      ('jobs', 'miner_uid, miner_hotkey, miner_coldkey', 'The miner that holds it; null: it is free.'),
      ('jobs', 'instance_id', 'The instance that runs it.'),
      ('jobs', 'active, verified', 'Whether it runs in a verified instance.'),
      ('jobs', 'started_at, finished_at', 'When; null: not yet.'),
      ('jobs', 'job_args', 'Arguments; _disk_gb is the disk it needs.'),
      ('jobs', 'status, result, error_detail, output_files', 'How it goes or went.'),
      ('jobs', 'miner_terminated', 'Whether its miner ended it.'),
      ('jobs', 'port_mappings', 'Ports of the instance that runs it.'),
      ('jobs', 'miner_history',
       'Hotkeys that have tried it: each may once, and only so many as the limit job.hotkeys says.'),
      ('jobs', 'compute_multiplier', 'Not read by Rigger.'),

      ('launch_configs', null, 'Permissions to launch one instance: issued, claimed, verified or failed.'),
      ('launch_configs', 'config_id', 'Id; the launch token''s sub.'),
      ('launch_configs', 'seed', 'Seed of the challenge; 0 until it is made.'),
      ('launch_configs', 'env_key', 'Key of the environment dump, in hex. Secret.'),
      ('launch_configs', 'chute_id, job_id', 'What is to be launched; job_id null: no job.'),
      ('launch_configs', 'host, port', 'Where it was launched.'),
      ('launch_configs', 'miner_uid, miner_hotkey, miner_coldkey', 'By whom.'),
      ('launch_configs', 'retrieved_at',
       'When it was claimed and, then, its challenge made: the clock runs from it.'),
      ('launch_configs', 'verified_at, failed_at', 'When; null: not.'),
      ('launch_configs', 'verification_error', 'Why it failed.'),

      ('instances', null, 'Instances of chutes.'),
      ('instances', 'instance_id, config_id',
       'Id, and the launch config that made it; null: it is of an old SDK.'),
      ('instances', 'host, port', 'Where the service answers; in one instance at a time.'),
      ('instances', 'chute_id, version, chutes_version', 'What it runs.'),
      ('instances', 'miner_uid, miner_hotkey, miner_coldkey', 'Whose it is.'),
      ('instances', 'region', 'n/a: not known.'),
      ('instances', 'active, verified', 'It takes traffic where both are true.'),
      ('instances', 'last_queried_at, consecutive_failures', 'Kept by what sends it traffic.'),
      ('instances', 'last_verified_at, verification_error',
       'When it was last verified, and why the last verification failed.'),
      ('instances', 'symmetric_key', 'Key shared with the pod, in hex. Secret.'),
      ('instances', 'cacert', 'Certificate of the pod; not read by Rigger.'),
      ('instances', 'port_mappings',
       'List of internal_port, external_port, proto; the first one is the service.'),

      ('instance_nodes', null, 'Which GPUs an instance has. A GPU is in one instance at a time.'),
      ('instance_nodes', 'instance_id, node_id', 'The instance and the GPU.'),

      ('instance_node_history', null, 'Which GPUs an instance ever had.'),
      ('instance_node_history', 'instance_id, node_id, miner_hotkey', 'The instance, the GPU, the miner.'),

      ('instance_audit', null, 'Every instance ever made; a row is never deleted.'),
      ('instance_audit', 'instance_id, chute_id, version, miner_uid, miner_hotkey, region',
       'As the instance had it.'),
      ('instance_audit', 'verified_at, deleted_at', 'When; null: not yet.'),
      ('instance_audit', 'deletion_reason', 'Why it went.'),

      ('fs_challenges', null, 'Known contents of files of an image, for old SDKs.'),
      ('fs_challenges', 'challenge_id, image_id, challenge_type', 'Id, the image, the kind of file.'),
      ('fs_challenges', 'filename, offset, length', 'Which bytes.'),
      ('fs_challenges', 'expected', 'Their SHA-256, in hex.')
    ) as text_of (relation, names, text)
    left join lateral string_to_table(text_of.names, ',') as name on true
    where obj_description(to_regclass('public.' || text_of.relation), 'pg_class') like '%Made by Rigger.'
    union all
    select c.relname, a.attname,
           case a.attname when 'created_at' then 'When it was made.' else 'When it last changed.' end
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace
      and a.attname in ('created_at', 'updated_at')
      and obj_description(c.oid, 'pg_class') like '%Made by Rigger.'
  loop
    if described.name is null then
      execute format('comment on table public.%I is %L', described.relation,
                     described.text || ' Made by Rigger.');
    else
      execute format('comment on column public.%I.%I is %L', described.relation, described.name,
                     described.text);
    end if;
  end loop;
end
$$;
