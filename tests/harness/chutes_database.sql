-- A database as a Chutes deployment has it, as far as it matters here: the columns that Rigger uses, more
-- that it does not, varchar where it says text, few defaults, indexes under names of their own, and the
-- triggers.

create table users (
  user_id varchar primary key, username varchar unique, hotkey varchar unique, coldkey varchar,
  fingerprint_hash varchar not null unique, permissions_bitmask bigint default 0,
  balance double precision default 0, payment_address varchar, created_at timestamptz default now(),
  updated_at timestamptz default now());
create table api_keys (
  api_key_id varchar primary key, key_hash varchar not null,
  user_id varchar references users on delete cascade, admin boolean default false, name varchar not null,
  created_at timestamp default now(), last_used_at timestamp);
create table images (
  image_id varchar primary key, user_id varchar references users, name varchar not null, tag varchar not null,
  readme varchar, patch_version varchar, chutes_version varchar, public boolean default false,
  status varchar default 'x');
create table metagraph_nodes (
  hotkey varchar primary key, checksum varchar not null, coldkey varchar not null, node_id integer,
  incentive double precision, netuid integer not null, stake double precision, ip varchar, port integer,
  blacklist_reason varchar, synced_at timestamp default now());
create table chutes (
  chute_id varchar primary key, user_id varchar not null references users, name varchar, tagline varchar,
  image_id varchar references images, public boolean default false, cords jsonb not null, jobs jsonb,
  node_selector jsonb not null, slug varchar, code varchar not null, filename varchar not null,
  ref_str varchar not null, version varchar, chutes_version varchar, concurrency integer,
  standard_template varchar, created_at timestamptz default now(), updated_at timestamptz default now());
create table rolling_updates (
  chute_id varchar primary key references chutes on delete cascade, old_version varchar not null,
  new_version varchar not null, started_at timestamp default now(), permitted jsonb not null);
create table capacity_log (
  chute_id varchar not null, "timestamp" timestamp not null, utilization_current double precision,
  utilization_5m double precision, utilization_15m double precision, utilization_1h double precision,
  rate_limit_ratio_5m double precision, rate_limit_ratio_15m double precision,
  rate_limit_ratio_1h double precision, total_requests_5m double precision,
  total_requests_15m double precision, total_requests_1h double precision,
  completed_requests_5m double precision, completed_requests_15m double precision,
  completed_requests_1h double precision, rate_limited_requests_5m double precision,
  rate_limited_requests_15m double precision, rate_limited_requests_1h double precision,
  instance_count integer, action_taken varchar, target_count integer not null,
  primary key (chute_id, "timestamp"));
create table nodes (
  uuid varchar primary key, miner_hotkey varchar not null references metagraph_nodes on delete cascade,
  name varchar not null, memory bigint not null, major integer not null, minor integer not null,
  processors integer not null, sxm boolean, clock_rate double precision not null,
  max_threads_per_processor integer not null, concurrent_kernels boolean, ecc boolean, seed numeric,
  gpu_identifier varchar not null, device_index integer not null, server_id varchar,
  verification_host varchar not null, verification_port integer not null, verification_error varchar,
  created_at timestamptz default now(), verified_at timestamptz);
create index idx_nodes_hotkey on nodes (miner_hotkey);
create table jobs (
  job_id varchar primary key, user_id varchar references users,
  chute_id varchar references chutes on delete cascade, version varchar not null, chutes_version varchar,
  method varchar not null, miner_uid integer, miner_hotkey varchar, miner_coldkey varchar,
  instance_id varchar unique, active boolean default false, verified boolean default false,
  created_at timestamp default now(), updated_at timestamp, last_queried_at timestamp, started_at timestamp,
  finished_at timestamp, job_args jsonb not null, status varchar not null default 'pending', result jsonb,
  error_detail varchar, output_files jsonb, miner_terminated boolean default false, port_mappings jsonb,
  miner_history jsonb default '[]', compute_multiplier double precision not null);
create table launch_configs (
  config_id varchar primary key, seed numeric not null, env_key varchar not null,
  chute_id varchar not null references chutes on delete cascade,
  job_id varchar references jobs on delete cascade, host varchar, port integer, env_type varchar,
  miner_uid integer not null, miner_hotkey varchar not null, miner_coldkey varchar not null,
  created_at timestamp default now(), retrieved_at timestamp, verified_at timestamp, failed_at timestamp,
  verification_error varchar);
create table instances (
  instance_id varchar primary key, host varchar not null, port integer not null,
  chute_id varchar not null references chutes on delete cascade, version varchar not null,
  miner_uid integer not null, miner_hotkey varchar not null, miner_coldkey varchar not null, region varchar,
  active boolean, verified boolean, last_queried_at timestamptz, created_at timestamptz default now(),
  updated_at timestamptz, last_verified_at timestamptz, verification_error varchar,
  consecutive_failures integer, chutes_version varchar, symmetric_key varchar,
  config_id varchar references launch_configs on delete set null, cacert varchar, port_mappings jsonb,
  rint_nonce varchar, constraint uq_instances_config_id unique (config_id),
  constraint uq_host_port unique (host, port));
alter table jobs add foreign key (instance_id) references instances on delete set null;
create table instance_nodes (
  instance_id varchar references instances on delete cascade, node_id varchar references nodes,
  constraint uq_instance_node unique (instance_id, node_id), constraint uq_inode unique (node_id));
create table instance_node_history (
  instance_id text not null, node_id text not null, miner_hotkey text not null,
  created_at timestamp not null default now(), primary key (instance_id, node_id));
create table instance_audit (
  instance_id text primary key, chute_id text not null, version text not null,
  created_at timestamp not null default now(), verified_at timestamp, deleted_at timestamp,
  deletion_reason text, miner_uid text not null, miner_hotkey text not null, region text, billed_to text);
create table fs_challenges (
  challenge_id varchar primary key, image_id varchar references images on delete cascade,
  challenge_type varchar not null, filename varchar not null, "offset" bigint not null,
  length integer not null, expected varchar not null);
create table invocations (
  parent_invocation_id varchar primary key, chute_id varchar, amount double precision);

create function fn_audit() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into instance_audit (instance_id, chute_id, version, miner_uid, miner_hotkey, region)
    select new.instance_id, new.chute_id, c.version, new.miner_uid, new.miner_hotkey, new.region
    from chutes c where c.chute_id = new.chute_id;
    return new;
  elsif tg_op = 'UPDATE' then
    if new.last_verified_at is not null and old.last_verified_at is null then
      update instance_audit set verified_at = new.last_verified_at
      where instance_id = new.instance_id and verified_at is null;
    end if;
    return new;
  end if;
  update instance_audit set deleted_at = now() where instance_id = old.instance_id and deleted_at is null;
  return old;
end $$;
create trigger tr_audit_insert after insert on instances for each row execute function fn_audit();
create trigger tr_audit_update after update on instances for each row execute function fn_audit();
create trigger tr_audit_delete before delete on instances for each row execute function fn_audit();

create function fn_node_history() returns trigger language plpgsql as $$
begin
  insert into instance_node_history (instance_id, node_id, miner_hotkey)
  select new.instance_id, new.node_id, miner_hotkey from instances where instance_id = new.instance_id
  on conflict do nothing;
  return new;
end $$;
create trigger tr_node_history after insert on instance_nodes for each row execute function fn_node_history();

-- The wrong one: whoever fails resets the job, whether or not it is theirs.
create function fn_reset_job() returns trigger language plpgsql as $$
begin
  if old.job_id is not null and (new.failed_at is not null or new.verification_error is not null) then
    update jobs set miner_hotkey = null, miner_coldkey = null, instance_id = null where job_id = old.job_id;
  end if;
  return new;
end $$;
create trigger tr_reset_job after update on launch_configs for each row execute function fn_reset_job();

create function fn_mind_own_business() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger tr_unrelated after update on launch_configs
  for each row execute function fn_mind_own_business();
