-- What Rigger itself did with an instance stands in the record of its place. On a database that it shares, an
-- instance is also verified, activated and deleted by the other service, which announces nothing in our
-- outbox: what Rigger did it answers for, and what others did is no broken promise.

alter table rigger.placements
  add column verified_at timestamptz,
  add column activated_at timestamptz,
  add column removed_at timestamptz;
comment on column rigger.placements.verified_at is
  'When Rigger first verified the instance; null: it has not, whatever the instance''s row says.';
comment on column rigger.placements.activated_at is
  'When Rigger made the instance active; null: it has not, whatever the instance''s row says.';
comment on column rigger.placements.removed_at is
  'When Rigger took the instance away; null: it has not. Another program may have.';

-- Hosts in a spelling that is not ours: an IPv6 address, or a name in capitals, as others write them.
create index if not exists rigger_instances_spelled on public.instances (port)
where host collate "C" ~ '[A-Z:]';

-- Instances of old SDKs that nothing has verified, which the reaper asks for each round. A flag that others
-- left null is false, and an index on "not verified" does not serve for that.
drop index if exists public.rigger_instances_unverified;
create index rigger_instances_unverified on public.instances (created_at)
where config_id is null and verified is not true;
