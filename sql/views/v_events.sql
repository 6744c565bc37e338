-- Purpose: the outbox, its payload in columns. Readers who poll: where event_id > the last one seen, and mind
--   that two transactions may commit out of that order; take_events() does.
-- Tables: rigger.events.
create or replace view rigger.v_events as
select
  e.event_id,
  e.created_at,
  e.channel,
  e.reason,
  e.payload ->> 'message' as message,
  e.payload -> 'data' ->> 'chute_id' as chute_id,
  e.payload -> 'data' ->> 'miner_hotkey' as miner_hotkey,
  e.payload -> 'data' ->> 'instance_id' as instance_id,
  e.payload -> 'data' ->> 'config_id' as config_id,
  e.recipients
from rigger.events e;

comment on view rigger.v_events is 'The outbox, its payload in columns.';
comment on column rigger.v_events.event_id is 'Number.';
comment on column rigger.v_events.created_at is 'When the change began.';
comment on column rigger.v_events.channel is
  'events (public), miner_broadcast (to recipients) or targets (for Redis).';
comment on column rigger.v_events.reason is 'What happened.';
comment on column rigger.v_events.message is 'The same in words.';
comment on column rigger.v_events.chute_id is 'The chute it is about.';
comment on column rigger.v_events.miner_hotkey is 'The miner.';
comment on column rigger.v_events.instance_id is 'The instance.';
comment on column rigger.v_events.config_id is 'Its launch config; null for an instance of an old SDK.';
comment on column rigger.v_events.recipients is 'Hotkeys a miner_broadcast is for.';
