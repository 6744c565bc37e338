-- The catalogue of refusals. Its rows come from src/core/refusals.list with every migration, by refusals.sql.

create table rigger.refusals (
  code text primary key,
  http_status integer check (http_status between 400 and 599),
  public_text text not null
);
comment on table rigger.refusals is
  'What a request is refused with and why the check of a launch fails.'
  ' `rigger migrate` writes it; change nothing here.';
comment on column rigger.refusals.code is 'What functions and columns call it.';
comment on column rigger.refusals.http_status is
  'The status of the answer; null: no request is answered with it, it is only stored.';
comment on column rigger.refusals.public_text is
  'What client or miner reads; {} is the place of the subject.';
