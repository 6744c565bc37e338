-- The record of the place that an instance got under the capacity rule is a placement: a claim is what a pod
-- makes of its launch config. And a deletion is known again by its signature, not by the words of the audit.

alter table rigger.claims rename to placements;
alter table rigger.placements rename column claimed_at to placed_at;
alter table rigger.placements rename column released_at to undone_at;
alter table rigger.placements rename constraint claims_pkey to placements_pkey;
alter index rigger.claims_config_id rename to placements_config_id;
alter index rigger.claims_chute_id rename to placements_chute_id;
comment on table rigger.placements is
  'Every place ever given to an instance, with the branch of the capacity rule that gave it;'
  ' kept like the audit.';
comment on column rigger.placements.config_id is 'Its launch config; null for an instance of an old SDK.';
comment on column rigger.placements.placed_at is 'When it got the place.';
comment on column rigger.placements.undone_at is
  'When its claim was undone because no challenge could be made;'
  ' the launch config is then as if never claimed.';

alter table rigger.used_signatures add column deleted_instance_id text;
comment on column rigger.used_signatures.deleted_instance_id is
  'The instance that its request deleted; null: none.';

comment on table rigger.verifications is
  'Background verifications of instances of old SDKs: the queue and its history.';
comment on column rigger.challenges.attempt_id is
  'The attempt that holds the challenge, or the last one that did.';
