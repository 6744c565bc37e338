-- The tables of the Chutes API that Rigger works on. What is missing is created; what is there is checked,
-- column by column, and otherwise left alone but for indexes. Never edited once released: changes come as
-- further migrations.
--
-- Every table is described once, in the schema rigger_wanted, and then either moved to `public` or compared
-- with the one that stands there. Timestamps without a zone are UTC.

create schema if not exists rigger;
comment on schema rigger is
  'Rigger: the launch service of chute instances. Functions and views are its interface.';

create schema rigger_wanted;
set local search_path = rigger_wanted, pg_catalog;

create table metagraph_nodes (
  hotkey text primary key,
  coldkey text not null,
  node_id integer,
  netuid integer not null,
  blacklist_reason text,
  checksum text not null,
  synced_at timestamp default (now() at time zone 'utc')
);

create table users (
  user_id text primary key default gen_random_uuid()::text,
  username text unique,
  hotkey text unique,
  coldkey text,
  fingerprint_hash text not null unique,
  permissions_bitmask bigint default 0,
  balance double precision default 0,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table api_keys (
  api_key_id text primary key default gen_random_uuid()::text,
  key_hash text not null,
  user_id text not null,
  admin boolean default false,
  name text not null,
  created_at timestamp default (now() at time zone 'utc'),
  last_used_at timestamp
);

create table images (
  image_id text primary key default gen_random_uuid()::text,
  user_id text not null,
  name text not null,
  tag text not null,
  patch_version text default 'initial',
  chutes_version text,
  public boolean default false,
  status text default 'pending build'
);

create table chutes (
  chute_id text primary key default gen_random_uuid()::text,
  user_id text not null,
  name text,
  image_id text,
  public boolean default false,
  cords jsonb not null default '[]',
  jobs jsonb default '[]',
  node_selector jsonb not null default '{}',
  slug text,
  code text not null,
  filename text not null,
  ref_str text not null,
  version text,
  chutes_version text,
  concurrency integer default 1,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table rolling_updates (
  chute_id text primary key,
  old_version text not null,
  new_version text not null,
  started_at timestamp default (now() at time zone 'utc'),
  permitted jsonb not null
);

create table capacity_log (
  chute_id text not null,
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
  action_taken text,
  target_count integer not null,
  primary key (chute_id, "timestamp")
);

create table nodes (
  uuid text primary key,
  name text not null,
  memory bigint not null,
  major integer,
  minor integer,
  processors integer,
  sxm boolean,
  clock_rate double precision,
  max_threads_per_processor integer,
  concurrent_kernels boolean,
  ecc boolean,
  seed numeric,
  miner_hotkey text not null,
  gpu_identifier text not null,
  device_index integer not null default 0,
  server_id text,
  verification_host text not null,
  verification_port integer not null,
  verification_error text,
  created_at timestamptz default now(),
  verified_at timestamptz
);

create table jobs (
  job_id text primary key default gen_random_uuid()::text,
  user_id text not null,
  chute_id text not null,
  version text not null,
  chutes_version text,
  method text not null,
  miner_uid integer,
  miner_hotkey text,
  miner_coldkey text,
  instance_id text unique,
  active boolean default false,
  verified boolean default false,
  created_at timestamp default (now() at time zone 'utc'),
  updated_at timestamp,
  started_at timestamp,
  finished_at timestamp,
  job_args jsonb not null default '{}',
  status text not null default 'pending',
  result jsonb,
  error_detail text,
  output_files jsonb,
  miner_terminated boolean default false,
  port_mappings jsonb,
  miner_history jsonb default '[]',
  compute_multiplier double precision not null default 1
);

create table launch_configs (
  config_id text primary key default gen_random_uuid()::text,
  seed numeric not null default 0,
  env_key text not null,
  chute_id text not null,
  job_id text,
  host text,
  port integer,
  miner_uid integer not null,
  miner_hotkey text not null,
  miner_coldkey text not null,
  created_at timestamp default (now() at time zone 'utc'),
  retrieved_at timestamp,
  verified_at timestamp,
  failed_at timestamp,
  verification_error text
);

create table instances (
  instance_id text primary key default gen_random_uuid()::text,
  host text not null,
  port integer not null,
  chute_id text not null,
  version text not null,
  miner_uid integer not null,
  miner_hotkey text not null,
  miner_coldkey text not null,
  region text,
  active boolean default false,
  verified boolean default false,
  last_queried_at timestamptz,
  created_at timestamptz default now(),
  updated_at timestamptz,
  last_verified_at timestamptz,
  verification_error text,
  consecutive_failures integer default 0,
  chutes_version text,
  symmetric_key text,
  config_id text unique,
  cacert text,
  port_mappings jsonb,
  unique (host, port)
);

create table instance_nodes (
  instance_id text,
  node_id text unique,
  unique (instance_id, node_id)
);

create table instance_node_history (
  instance_id text not null,
  node_id text not null,
  miner_hotkey text not null,
  created_at timestamp not null default (now() at time zone 'utc'),
  primary key (instance_id, node_id)
);

create table instance_audit (
  instance_id text primary key,
  chute_id text not null,
  version text not null,
  created_at timestamp not null default (now() at time zone 'utc'),
  verified_at timestamp,
  deleted_at timestamp,
  deletion_reason text,
  miner_uid text not null,
  miner_hotkey text not null,
  region text
);

create table fs_challenges (
  challenge_id text primary key default gen_random_uuid()::text,
  image_id text not null,
  challenge_type text not null,
  filename text not null,
  "offset" bigint not null,
  length integer not null,
  expected text not null
);

-- Compares every wanted column with the public table of that name and complains once about all that do not
-- fit. Types that take and give the same values in Rigger's statements are interchangeable: text and varchar,
-- the integers and numeric, the floats and numeric. json is not jsonb, and a time zone makes another type.
do $$
declare
  interchangeable constant text[] := array[
    'character varying=text', 'integer=bigint', 'bigint=integer', 'smallint=integer', 'numeric=integer',
    'numeric=bigint', 'integer=numeric', 'bigint=numeric', 'real=double precision',
    'numeric=double precision'];
  faults text;
begin
  select string_agg(format('%s.%s is %s, must be %s', wanted.relname, a.attname,
                           coalesce(format_type(b.atttypid, null), 'missing'), format_type(a.atttypid, null)),
                    '; ' order by wanted.relname, a.attnum)
  into faults
  from pg_class wanted
  join pg_class present
    on present.relname = wanted.relname
   and present.relnamespace = 'public'::regnamespace
  join pg_attribute a
    on a.attrelid = wanted.oid
   and a.attnum > 0
  left join pg_attribute b
    on b.attrelid = present.oid
   and b.attname = a.attname
   and b.attnum > 0
   and not b.attisdropped
  where wanted.relnamespace = 'rigger_wanted'::regnamespace
    and wanted.relkind = 'r'
    and b.atttypid is distinct from a.atttypid
    and coalesce(format_type(b.atttypid, null) || '=' || format_type(a.atttypid, null), '')
        <> all (interchangeable);

  if faults is not null then
    raise exception 'the Chutes tables in schema public do not fit: %', faults
      using hint = 'Nothing was changed. Bring these columns up to the Chutes schema and migrate again.';
  end if;
end
$$;

-- Moves the tables that public lacks, with their foreign keys: those of a table that was there are its
-- owner's affair.
do $$
declare
  made text[];
  name text;
  key record;
begin
  select coalesce(array_agg(relname), '{}')
  into made
  from pg_class
  where relnamespace = 'rigger_wanted'::regnamespace
    and relkind = 'r'
    and to_regclass('public.' || quote_ident(relname)) is null;

  foreach name in array made loop
    execute format('alter table rigger_wanted.%I set schema public', name);
    execute format('comment on table public.%I is %L', name, 'Made by Rigger.'); -- comments.sql goes by this
  end loop;

  for key in
    select *
    from (values
      ('api_keys', 'user_id', 'users', 'user_id', 'cascade'),
      ('images', 'user_id', 'users', 'user_id', 'no action'),
      ('chutes', 'user_id', 'users', 'user_id', 'no action'),
      ('chutes', 'image_id', 'images', 'image_id', 'no action'),
      ('rolling_updates', 'chute_id', 'chutes', 'chute_id', 'cascade'),
      ('nodes', 'miner_hotkey', 'metagraph_nodes', 'hotkey', 'cascade'),
      ('jobs', 'user_id', 'users', 'user_id', 'no action'),
      ('jobs', 'chute_id', 'chutes', 'chute_id', 'cascade'),
      ('jobs', 'instance_id', 'instances', 'instance_id', 'set null'),
      ('launch_configs', 'chute_id', 'chutes', 'chute_id', 'cascade'),
      ('launch_configs', 'job_id', 'jobs', 'job_id', 'cascade'),
      ('instances', 'chute_id', 'chutes', 'chute_id', 'cascade'),
      ('instances', 'config_id', 'launch_configs', 'config_id', 'set null'),
      ('instance_nodes', 'instance_id', 'instances', 'instance_id', 'cascade'),
      ('instance_nodes', 'node_id', 'nodes', 'uuid', 'no action'),
      ('fs_challenges', 'image_id', 'images', 'image_id', 'cascade')
    ) as keys (source, source_column, target, target_column, on_delete)
    where source = any (made)
  loop
    execute format('alter table public.%I add foreign key (%I) references public.%I (%I) on delete %s',
                   key.source, key.source_column, key.target, key.target_column, key.on_delete);
  end loop;
end
$$;

-- What is dropped with it is notes of tables; their names in a notice would read like something worse.
set local client_min_messages = warning;
drop schema rigger_wanted cascade;
set local search_path = pg_catalog;

-- Adds each index that Rigger's statements need unless an index, whatever its name, begins with those columns
-- and, for a unique one, consists of them.
do $$
declare
  wanted record;
begin
  for wanted in
    select *
    from (values
      ('instances', array['host', 'port'], true, null),
      ('instances', array['config_id'], true, null),
      ('instances', array['chute_id', 'miner_hotkey', 'active', 'verified'], false, null),
      ('instance_nodes', array['node_id'], true, null),
      ('instance_nodes', array['instance_id'], false, null),
      ('jobs', array['instance_id'], true, null),
      ('jobs', array['chute_id'], false, null),
      ('launch_configs', array['created_at'], false, 'verified_at is null and failed_at is null'),
      ('launch_configs', array['job_id'], false, 'job_id is not null'),
      ('metagraph_nodes', array['hotkey'], false, null),
      ('nodes', array['miner_hotkey'], false, null),
      ('capacity_log', array['chute_id', 'timestamp'], false, null),
      ('fs_challenges', array['image_id', 'challenge_type'], false, null)
    ) as indexes (relation, columns, is_unique, predicate)
  loop
    continue when exists (
      select
      from pg_index i
      where i.indrelid = format('public.%I', wanted.relation)::regclass
        and i.indisvalid
        and (i.indisunique or not wanted.is_unique)
        and (i.indpred is null) = (wanted.predicate is null)
        and (select array_agg(a.attname::text order by key.place)
             from unnest(i.indkey::int[]) with ordinality as key (attnum, place)
             join pg_attribute a on a.attrelid = i.indrelid and a.attnum = key.attnum
             where key.place <= case
                                  when wanted.is_unique then i.indnkeyatts
                                  else cardinality(wanted.columns)
                                end)
            = wanted.columns
    );
    execute format('create %s index on public.%I (%s) %s',
                   case when wanted.is_unique then 'unique' end, wanted.relation,
                   (select string_agg(quote_ident(name), ', ') from unnest(wanted.columns) as name),
                   'where ' || wanted.predicate);
  end loop;
end
$$;
