-- A proof of work that failed costs its miner a pause with that GPU.

create table rigger.failed_proofs (
  gpu_uuid text not null,
  miner_hotkey text not null,
  failures integer not null,
  failed_at timestamptz not null,
  primary key (gpu_uuid, miner_hotkey)
);
create index failed_proofs_failed_at on rigger.failed_proofs (failed_at);
comment on table rigger.failed_proofs is
  'Proofs of work that failed since the last good one, for each GPU and miner: the next claim has to wait.';
comment on column rigger.failed_proofs.gpu_uuid is 'The GPU that was challenged.';
comment on column rigger.failed_proofs.miner_hotkey is
  'The miner whose launch it was; nobody else has to wait.';
comment on column rigger.failed_proofs.failures is 'How many failed, one after the other.';
comment on column rigger.failed_proofs.failed_at is 'When the last one did.';
