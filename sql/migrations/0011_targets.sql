-- A target that an administrator sets is an event, too: the relay sets it in Redis.

alter table rigger.events drop constraint events_channel_check;
alter table rigger.events
  add constraint events_channel_check check (channel in ('events', 'miner_broadcast', 'targets'));
comment on column rigger.events.channel is
  'events (public), miner_broadcast (to recipients) or targets (of chutes, for the Redis that holds them).';
comment on column rigger.events.reason is
  'instance_created, instance_verified, instance_hot, instance_activated, instance_deleted, target_set, …';

-- Whether there is a newer target of the same chute.
create index events_targets on rigger.events ((payload -> 'data' ->> 'chute_id'), event_id)
where channel = 'targets';
