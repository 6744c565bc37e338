-- What a challenge's provider needs again to judge the proof is the provider's own, whatever that is.

alter table rigger.challenges add column kept jsonb;
update rigger.challenges set kept = jsonb_build_object('n', n, 'secret_row', secret_row) where n is not null;
alter table rigger.challenges drop column n, drop column secret_row;
comment on column rigger.challenges.kept is
  'What the provider of the proof of work needs to judge it; never shown; null: nothing.';
comment on column rigger.challenges.algorithm is 'Which proof of work: the name its provider goes by.';
