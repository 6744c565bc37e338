-- Our own tables. Never edited once released: changes come as further migrations.

create table rigger.settings (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);
comment on table rigger.settings is 'Settings that belong in the database, by name; edited with SQL.';
comment on column rigger.settings.key is 'Name: environment_rules (JSON pointer to rule, checked on every environment dump), …';
comment on column rigger.settings.value is 'The value, as JSON.';
comment on column rigger.settings.updated_at is 'When it was last written.';

create table rigger.gpu_models (
  model text primary key check (model = lower(model)),
  memory_gb integer not null check (memory_gb > 0),
  iterations integer not null check (iterations > 0),
  estimate_seconds numeric not null check (estimate_seconds > 0)
);
comment on table rigger.gpu_models is 'GPU models that may serve: memory, and the work and time of their challenge. Edit to add a model.';
comment on column rigger.gpu_models.model is 'Short name, as in nodes.gpu_identifier and in node selectors.';
comment on column rigger.gpu_models.memory_gb is 'Memory in GB, compared with min_vram_gb_per_gpu of a node selector.';
comment on column rigger.gpu_models.iterations is 'Iterations of the proof of work (k of the matmul provider).';
comment on column rigger.gpu_models.estimate_seconds is 'Seconds an honest GPU needs; the time limit is 2.15 times this.';

insert into rigger.gpu_models (model, memory_gb, iterations, estimate_seconds) values
  ('3090', 24, 1, 70), ('4090', 24, 2, 65), ('5090', 32, 2, 60), ('a4000', 16, 1, 75), ('a4000_ada', 20, 1, 80),
  ('a5000', 24, 1, 92), ('a6000', 48, 1, 140), ('a6000_ada', 48, 1, 60), ('l4', 24, 1, 85), ('a10', 24, 1, 82),
  ('a40', 48, 1, 142), ('l40', 48, 1, 60), ('l40s', 48, 1, 60), ('a100_40gb', 40, 4, 60),
  ('a100_40gb_sxm', 40, 4, 60), ('a100', 80, 2, 58), ('a100_sxm', 80, 3, 70), ('h100', 80, 2, 62),
  ('h100_nvl', 96, 3, 75), ('h100_sxm', 80, 5, 70), ('h800', 80, 3, 75), ('h200', 140, 3, 70),
  ('mi300x', 192, 2, 75), ('b200', 192, 2, 75);

create table rigger.used_signatures (
  signature_hash bytea primary key check (length(signature_hash) = 32),
  hotkey text not null,
  request_key uuid not null,
  used_at timestamptz not null default now()
);
create index used_signatures_used_at on rigger.used_signatures (used_at);
comment on table rigger.used_signatures is 'Hotkey signatures that have had their one effect; kept for 1200 s.';
comment on column rigger.used_signatures.signature_hash is 'BLAKE2b-256 of the 64 signature bytes.';
comment on column rigger.used_signatures.hotkey is 'Who signed.';
comment on column rigger.used_signatures.request_key is 'The request that used it: the same key again is the same request, whose answer was lost.';
comment on column rigger.used_signatures.used_at is 'When it was used.';

create table rigger.claims (
  instance_id text primary key,
  config_id text,
  chute_id text not null,
  miner_hotkey text not null,
  rule text not null,
  instances_before integer not null,
  instances_allowed integer,
  quota_taken boolean not null default false,
  claimed_at timestamptz not null default now(),
  released_at timestamptz
);
create index claims_config_id on rigger.claims (config_id);
create index claims_chute_id on rigger.claims (chute_id);
comment on table rigger.claims is 'Every place ever given to an instance, with the capacity rule that gave it; kept like the audit.';
comment on column rigger.claims.instance_id is 'The instance that got the place; its row may be gone.';
comment on column rigger.claims.config_id is 'Its launch config; null on the older path.';
comment on column rigger.claims.chute_id is 'The chute.';
comment on column rigger.claims.miner_hotkey is 'The miner.';
comment on column rigger.claims.rule is 'Branch of the capacity rule: no_hot_instance, rolling_quota, rolling_open, below_target, job.';
comment on column rigger.claims.instances_before is 'Instances the chute had, under its lock, before this one.';
comment on column rigger.claims.instances_allowed is 'Most instances that branch allows, this one included; null where it sets no number.';
comment on column rigger.claims.quota_taken is 'Whether one was taken off the miner''s quota of a rolling update.';
comment on column rigger.claims.claimed_at is 'When.';
comment on column rigger.claims.released_at is 'When it was given back because no challenge could be made; the config is then as if never claimed.';

create table rigger.challenges (
  config_id text primary key references public.launch_configs (config_id) on delete cascade,
  instance_id text not null unique,
  gpu_uuid text not null,
  algorithm text not null,
  seed bigint not null check (seed >= 0),
  iterations integer not null check (iterations > 0),
  n integer,
  secret_row integer,
  stored_at timestamptz not null default now(),
  expires_at timestamptz not null,
  attempt_id uuid,
  attempt_at timestamptz,
  lease_until timestamptz,
  decided_at timestamptz,
  decided_by uuid,
  fault text
);
create index challenges_undecided on rigger.challenges (expires_at) where decided_at is null;
comment on table rigger.challenges is 'The one challenge of each claimed launch config and the one attempt at it.';
comment on column rigger.challenges.config_id is 'The launch config.';
comment on column rigger.challenges.instance_id is 'The instance it is about.';
comment on column rigger.challenges.gpu_uuid is 'The GPU that must solve it, one of the instance''s, drawn at random.';
comment on column rigger.challenges.algorithm is 'Proof of work: rigger-matmul-v1 or graval.';
comment on column rigger.challenges.seed is 'Seed of the work; the same as launch_configs.seed.';
comment on column rigger.challenges.iterations is 'Iterations of the work.';
comment on column rigger.challenges.n is 'Matrix size; null for graval.';
comment on column rigger.challenges.secret_row is 'The row the prover has to find; never shown; null for graval.';
comment on column rigger.challenges.stored_at is 'When the clock started.';
comment on column rigger.challenges.expires_at is 'When the time limit is over.';
comment on column rigger.challenges.attempt_id is 'The attempt under way or the last one.';
comment on column rigger.challenges.attempt_at is 'When it began.';
comment on column rigger.challenges.lease_until is 'Until when it keeps others waiting; after that another may begin.';
comment on column rigger.challenges.decided_at is 'When an attempt was judged; there is never a second.';
comment on column rigger.challenges.decided_by is 'The attempt that was judged: the same id again gets the same answer.';
comment on column rigger.challenges.fault is 'Why it failed; null: it passed or is open.';

create table rigger.vetted_addresses (
  instance_id text primary key references public.instances (instance_id) on delete cascade,
  address inet not null,
  vetted_at timestamptz not null default now()
);
comment on table rigger.vetted_addresses is 'The address an instance''s host resolved to when it was vetted: the one that is dialled, never a fresh look-up.';
comment on column rigger.vetted_addresses.instance_id is 'The instance.';
comment on column rigger.vetted_addresses.address is 'The address.';
comment on column rigger.vetted_addresses.vetted_at is 'When it was vetted.';

create table rigger.verifications (
  verification_id bigserial primary key,
  instance_id text not null references public.instances (instance_id) on delete cascade,
  state text not null default 'queued' check (state in ('queued', 'running', 'passed', 'failed')),
  queued_at timestamptz not null default now(),
  started_at timestamptz,
  lease_until timestamptz,
  finished_at timestamptz,
  worker_id uuid,
  fault text
);
create unique index verifications_one_open on rigger.verifications (instance_id) where state in ('queued', 'running');
create index verifications_queue on rigger.verifications (verification_id) where state in ('queued', 'running');
create index verifications_recent on rigger.verifications (instance_id, queued_at);
comment on table rigger.verifications is 'Background verifications of instances of the older path: the queue and its history.';
comment on column rigger.verifications.verification_id is 'Order of the queue.';
comment on column rigger.verifications.instance_id is 'The instance.';
comment on column rigger.verifications.state is 'queued, running, passed or failed.';
comment on column rigger.verifications.queued_at is 'When it was asked for.';
comment on column rigger.verifications.started_at is 'When a worker took it.';
comment on column rigger.verifications.lease_until is 'Until when that worker may hold it; after that another takes it.';
comment on column rigger.verifications.finished_at is 'When it was judged.';
comment on column rigger.verifications.worker_id is 'The worker''s turn that holds it; a stale worker cannot finish it.';
comment on column rigger.verifications.fault is 'Why it failed.';

create table rigger.events (
  event_id bigserial primary key,
  created_at timestamptz not null default now(),
  channel text not null check (channel in ('events', 'miner_broadcast')),
  reason text not null,
  recipients text[],
  payload jsonb not null,
  txid xid8 not null default pg_current_xact_id()
);
create index events_instance on rigger.events ((payload -> 'data' ->> 'instance_id'));
comment on table rigger.events is 'The outbox: one row per state change and audience, written by the transaction that made the change.';
comment on column rigger.events.event_id is 'Number; two transactions may commit out of its order, take_events() minds that.';
comment on column rigger.events.created_at is 'When.';
comment on column rigger.events.channel is 'events (public) or miner_broadcast (to recipients).';
comment on column rigger.events.reason is 'instance_created, instance_verified, instance_hot, instance_activated, instance_deleted, …';
comment on column rigger.events.recipients is 'Hotkeys a miner_broadcast is for.';
comment on column rigger.events.payload is 'reason, message, data: what the Chutes network''s socket server passes on.';
comment on column rigger.events.txid is 'The writing transaction, so that readers can tell what is settled.';

create table rigger.event_consumers (
  consumer text primary key,
  last_event_id bigint not null default 0,
  taken_to bigint,
  taken_at timestamptz
);
comment on table rigger.event_consumers is 'How far each named consumer of take_events() has come.';
comment on column rigger.event_consumers.consumer is 'Name the consumer gave itself.';
comment on column rigger.event_consumers.last_event_id is 'All events up to this one are acknowledged.';
comment on column rigger.event_consumers.taken_to is 'Handed out up to here, not yet acknowledged.';
comment on column rigger.event_consumers.taken_at is 'When they were handed out.';
