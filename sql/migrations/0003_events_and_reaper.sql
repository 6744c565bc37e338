-- How far a consumer of events may read is settled by number, not by each event's transaction: an event with a higher
-- number may come from an older transaction, and one with a lower number may still be on its way.

alter table rigger.event_consumers
  drop column taken_to,
  add column settled_to bigint not null default 0,
  add column settling_to bigint,
  add column settling_xid xid8;
comment on column rigger.event_consumers.taken_at is 'When some were handed out that are not acknowledged yet; null: none.';
comment on column rigger.event_consumers.settled_to is 'No event up to this one can come any more: whoever could write one is done.';
comment on column rigger.event_consumers.settling_to is 'The newest event seen when settling_xid began; settled once all transactions before that one are over.';
comment on column rigger.event_consumers.settling_xid is 'A transaction that began after settling_to was seen.';

alter table rigger.events drop column txid;
create index events_created_at on rigger.events (created_at);

-- What the reaper looks for among the instances, of which there may be many.
create index if not exists rigger_instances_unverified on public.instances (created_at)
where config_id is null and not verified;
