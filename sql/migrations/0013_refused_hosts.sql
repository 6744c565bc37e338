-- Two things that one miner must not take from the others: look-ups of names, and verifiers.

-- A claim whose host is refused leaves the token good. How often that happened is counted, since each time a
-- name may have been looked up.
create table rigger.refused_hosts (
  config_id text primary key references public.launch_configs (config_id) on delete cascade,
  times integer not null
);
comment on table rigger.refused_hosts is
  'How often the host of a claim was refused, of launch configs that may still be claimed.';
comment on column rigger.refused_hosts.config_id is 'The launch config.';
comment on column rigger.refused_hosts.times is 'How often.';

-- Which miner had its turn when.
create table rigger.verification_turns (
  miner_hotkey text primary key,
  taken_at timestamptz not null
);
comment on table rigger.verification_turns is
  'When an instance of a miner was last taken for a background verification: the longest ago is next.';
comment on column rigger.verification_turns.miner_hotkey is 'The miner.';
comment on column rigger.verification_turns.taken_at is 'When.';

alter table rigger.limits drop constraint limits_unit_check;
alter table rigger.limits
  add constraint limits_unit_check
  check (unit in ('seconds', 'factor', 'GB', 'instances', 'hotkeys', 'rows', 'files', 'verifications',
                  'claims'));
