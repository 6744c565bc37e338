-- A claim may wait for its challenge as long as the provider of the proof of work takes.

alter table rigger.placements add column held_until timestamptz;
comment on column rigger.placements.held_until is
  'Until when its claim may wait for a challenge, where that is longer than the limit says; null: the limit.';
