-- What goes wrong in the background: duties that fail, and items that a duty passes over.

create table rigger.duties (
  duty text primary key,
  failures bigint not null default 1,
  error text not null,
  since timestamptz not null default now(),
  failed_at timestamptz not null default now()
);
comment on table rigger.duties is
  'The background duties that failed when they last ran; a success takes the row away.';
comment on column rigger.duties.duty is 'reaper, relay, target relay, pruner or verifier.';
comment on column rigger.duties.failures is 'How often in a row.';
comment on column rigger.duties.error is 'The last error: a SQLSTATE, or what was away.';
comment on column rigger.duties.since is 'When the first of them was.';
comment on column rigger.duties.failed_at is 'When the last was.';

create table rigger.troubles (
  duty text not null,
  item text not null,
  failures integer not null default 1,
  sqlstate text not null,
  error text not null,
  since timestamptz not null default now(),
  failed_at timestamptz not null default now(),
  retry_at timestamptz not null,
  primary key (duty, item)
);
comment on table rigger.troubles is
  'Items that a background duty could not do. It goes on with the others and tries these again.';
comment on column rigger.troubles.duty is 'The duty.';
comment on column rigger.troubles.item is
  'What it could not do: the id of a launch config, an instance, a verification, an event.';
comment on column rigger.troubles.failures is 'How often it was tried.';
comment on column rigger.troubles.sqlstate is 'The SQLSTATE of the last error.';
comment on column rigger.troubles.error is 'Its message, cut to 500 characters.';
comment on column rigger.troubles.since is 'When it was tried first.';
comment on column rigger.troubles.failed_at is 'When it was tried last.';
comment on column rigger.troubles.retry_at is
  'Not before then it is tried again: a minute, doubled each time, an hour at most.';
