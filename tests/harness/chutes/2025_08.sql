-- The database of a Chutes network in August 2025, as a deployment has it that grew by migrations: the tables
-- that Rigger reads or writes, whole where it matters, and what hangs on them. It is written after what
-- docs/chutes-database.md tells. A test database is made of it before `rigger migrate` comes.
--
-- What it must keep, because Rigger has to live with it: text is varchar but in the audit, the node history
-- and the bounties, and keys and flags have no defaults. Its triggers are in 2025_08_triggers.sql.

create table metagraph_nodes (
  hotkey varchar primary key,
  checksum varchar not null,
  coldkey varchar not null,
  node_id integer,
  incentive double precision,
  netuid integer,
  stake double precision,
  ip varchar,
  ip_type integer,
  port integer,
  protocol integer,
  real_host varchar,
  real_port integer,
  blacklist_reason varchar,
  synced_at timestamp default now()
);

create table users (
  user_id varchar primary key,
  hotkey varchar unique,
  coldkey varchar not null,
  payment_address varchar,
  wallet_secret varchar,
  balance double precision,
  username varchar unique,
  fingerprint_hash varchar not null unique,
  permissions_bitmask bigint,
  validator_hotkey varchar,
  subnet_owner_hotkey varchar,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table api_keys (
  api_key_id varchar primary key,
  user_id varchar not null references users on delete cascade,
  admin boolean,
  name varchar not null,
  key_hash varchar not null,
  created_at timestamp default now(),
  last_used_at timestamp,
  constraint unq_key_name_user unique (user_id, name)
);

create table images (
  image_id varchar primary key,
  user_id varchar not null references users,
  name varchar not null,
  tag varchar not null,
  readme varchar,
  public boolean,
  status varchar,
  chutes_version varchar,
  patch_version varchar,
  created_at timestamptz default now(),
  build_started_at timestamptz,
  build_completed_at timestamptz,
  constraint unq_image_name_tag unique (user_id, name, tag)
);

create table chutes (
  chute_id varchar primary key,
  user_id varchar not null references users,
  name varchar,
  tagline varchar,
  readme varchar,
  image_id varchar references images,
  public boolean,
  standard_template varchar,
  cords jsonb not null,
  jobs jsonb,
  node_selector jsonb not null,
  slug varchar,
  code varchar not null,
  filename varchar not null,
  ref_str varchar not null,
  version varchar,
  concurrency integer,
  boost double precision,
  chutes_version varchar,
  revision varchar,
  discount double precision,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table rolling_updates (
  chute_id varchar primary key references chutes on delete cascade,
  old_version varchar not null,
  new_version varchar not null,
  started_at timestamp default now(),
  permitted jsonb not null
);

create table capacity_log (
  chute_id varchar not null,
  "timestamp" timestamp not null,
  utilization_current double precision,
  utilization_5m double precision,
  utilization_15m double precision,
  utilization_1h double precision,
  rate_limit_ratio_5m double precision,
  rate_limit_ratio_15m double precision,
  rate_limit_ratio_1h double precision,
  total_requests_5m double precision,
  total_requests_15m double precision,
  total_requests_1h double precision,
  completed_requests_5m double precision,
  completed_requests_15m double precision,
  completed_requests_1h double precision,
  rate_limited_requests_5m double precision,
  rate_limited_requests_15m double precision,
  rate_limited_requests_1h double precision,
  instance_count integer,
  action_taken varchar,
  target_count integer not null,
  primary key (chute_id, "timestamp")
);
create index idx_capacity_log_both on capacity_log (chute_id, "timestamp");
create index idx_capacity_log_chute on capacity_log (chute_id);
create index idx_capacity_log_time on capacity_log ("timestamp");

create table nodes (
  uuid varchar primary key,
  name varchar not null,
  memory bigint not null,
  major integer,
  minor integer,
  processors integer not null,
  sxm boolean,
  clock_rate double precision not null,
  max_threads_per_processor integer not null,
  concurrent_kernels boolean,
  ecc boolean,
  seed numeric not null,
  miner_hotkey varchar not null references metagraph_nodes on delete cascade,
  gpu_identifier varchar not null,
  device_index integer not null,
  server_id varchar,
  created_at timestamptz default now(),
  verification_host varchar not null,
  verification_port integer not null,
  verification_error varchar,
  verified_at timestamptz
);

create table fs_challenges (
  challenge_id varchar primary key,
  image_id varchar not null references images on delete cascade,
  challenge_type varchar not null,
  filename varchar not null,
  "offset" bigint not null,
  length integer not null,
  expected varchar not null
);
create index idx_fs_challenges_kind on fs_challenges (image_id, challenge_type);

-- jobs.chute_id is no foreign key.
create table jobs (
  job_id varchar primary key,
  user_id varchar not null references users on delete cascade,
  chute_id varchar not null,
  version varchar not null,
  chutes_version varchar,
  method varchar not null,
  miner_uid integer,
  miner_hotkey varchar,
  miner_coldkey varchar,
  instance_id varchar unique,
  active boolean,
  verified boolean,
  last_queried_at timestamp,
  created_at timestamp default now(),
  updated_at timestamp,
  started_at timestamp,
  finished_at timestamp,
  job_args jsonb not null,
  status varchar not null,
  result jsonb,
  error_detail varchar,
  output_files jsonb,
  miner_terminated boolean,
  port_mappings jsonb,
  miner_history jsonb not null,
  compute_multiplier double precision not null
);

create table launch_configs (
  config_id varchar primary key,
  seed numeric not null,
  env_key varchar not null,
  chute_id varchar not null references chutes on delete cascade,
  job_id varchar references jobs on delete cascade,
  host varchar,
  port integer,
  miner_uid integer not null,
  miner_hotkey varchar not null,
  miner_coldkey varchar not null,
  created_at timestamp default now(),
  retrieved_at timestamp,
  verified_at timestamp,
  failed_at timestamp,
  verification_error varchar
);

create table instances (
  instance_id varchar primary key,
  host varchar not null,
  port integer not null,
  chute_id varchar not null references chutes on delete cascade,
  version varchar not null,
  miner_uid integer not null,
  miner_hotkey varchar not null,
  miner_coldkey varchar not null,
  region varchar,
  active boolean,
  verified boolean,
  last_queried_at timestamptz,
  created_at timestamptz default now(),
  updated_at timestamptz,
  last_verified_at timestamptz,
  verification_error varchar,
  consecutive_failures integer,
  chutes_version varchar,
  symmetric_key varchar,
  config_id varchar,
  cacert varchar,
  port_mappings jsonb,
  constraint uq_host_port unique (host, port),
  constraint instances_config_id_key unique (config_id),
  constraint instances_config_id_fkey foreign key (config_id) references launch_configs on delete set null
);
-- Once more, as the migrations brought it. Within `create table` it would be taken for the same.
alter table instances
  add constraint uq_instance_config unique (config_id),
  add constraint fk_instance_config
    foreign key (config_id) references launch_configs on delete set null;
create index idx_instances_hot on instances (chute_id, active, verified, last_queried_at);
alter table jobs add constraint jobs_instance_id_fkey
  foreign key (instance_id) references instances on delete set null;

create table instance_nodes (
  instance_id varchar references instances on delete cascade,
  node_id varchar references nodes,
  constraint uq_instance_node unique (instance_id, node_id),
  constraint uq_inode unique (node_id)
);

create table instance_node_history (
  instance_id text not null,
  node_id text not null,
  miner_hotkey text not null,
  created_at timestamp not null default now(),
  primary key (instance_id, node_id)
);
create index idx_inh_instance on instance_node_history (instance_id);
create index idx_inh_node on instance_node_history (node_id);
create index idx_inh_miner on instance_node_history (miner_hotkey);
create index idx_inh_created on instance_node_history (created_at);

create table instance_audit (
  instance_id text primary key,
  chute_id text not null,
  version text not null,
  created_at timestamp not null default now(),
  verified_at timestamp,
  deleted_at timestamp,
  deletion_reason text,
  miner_uid text not null,
  miner_hotkey text not null,
  region text
);
create index idx_audit_miner on instance_audit (miner_hotkey, miner_uid);
create index idx_audit_times on instance_audit (verified_at, deleted_at);

-- The histories, and the bounties.
create table chute_history (
  entry_id varchar primary key,
  chute_id varchar not null,
  user_id varchar not null,
  version varchar,
  name varchar,
  image_id varchar not null,
  public boolean,
  cords jsonb not null,
  jobs jsonb,
  node_selector jsonb not null,
  created_at timestamptz default now(),
  updated_at timestamptz,
  deleted_at timestamptz
);
create index idx_chute_history on chute_history (chute_id, version);

create table image_history (
  entry_id varchar primary key,
  image_id varchar not null,
  user_id varchar not null,
  name varchar not null,
  tag varchar not null,
  created_at timestamptz default now(),
  deleted_at timestamptz
);

create table node_history (
  entry_id varchar primary key,
  uuid varchar not null,
  name varchar not null,
  miner_hotkey varchar not null,
  gpu_identifier varchar not null,
  created_at timestamptz default now(),
  deleted_at timestamptz
);

create table bounties (
  chute_id text primary key,
  bounty bigint not null,
  last_increased_at timestamp,
  created_at timestamp default now()
);

create table bounty_history (
  chute_id text not null,
  instance_id text not null,
  bounty bigint not null,
  claimed_at timestamp default now()
);

-- What was asked of the chutes, by weeks; whoever writes does it through the view.
create table partitioned_invocations (
  parent_invocation_id varchar not null,
  invocation_id varchar not null,
  chute_id varchar not null,
  user_id varchar not null,
  instance_id varchar,
  miner_hotkey varchar,
  started_at timestamp not null,
  completed_at timestamp,
  amount double precision,
  primary key (invocation_id, started_at)
) partition by range (started_at);
create table invocations_all partition of partitioned_invocations default;
create view invocations as select * from partitioned_invocations;

create function fn_route_invocation() returns trigger language plpgsql as $$
begin
  insert into partitioned_invocations select new.*;
  return new;
end
$$;
create trigger tr_route_invocation instead of insert on invocations
for each row execute function fn_route_invocation();
