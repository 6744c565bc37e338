-- Purpose: each launch with its state, what it waits for and until when. Whoever asks how a launch stands
--   asks here: the reaper, the invariants, status() and other views. The condition "open" goes by an index of
--   the launch configs, however many are done with. Instance and challenge are looked up row by row, where
--   the state needs them. The planner takes many more of them for open than are, so functions that read this
--   turn the JIT compiler off: it would take half a second for a handful of rows.
-- Tables: launch_configs, instances, rigger.challenges, rigger.limits, rigger.placements.
create or replace view rigger.v_launches as
select
  l.config_id,
  l.chute_id,
  l.miner_hotkey,
  l.job_id,
  (select i.instance_id from public.instances i where i.config_id = l.config_id) as instance_id,
  s.state,
  l.failed_at is null and l.verified_at is null as open,
  case s.state
    when 'issued' then 'its claim'
    when 'claimed' then 'its challenge'
    when 'challenged' then 'the answer to its challenge'
    when 'verified' then 'its activation'
  end as waiting_for,
  case s.state
    -- rule: launch.issued_until
    when 'issued' then
      (l.created_at at time zone 'utc')
      + (select t.value * interval '1 second' from rigger.limits t where t.name = 'token.lifetime')
    -- A claim at another service of this database has no placement, and takes the time that it needs there.
    -- rule: launch.claimed_until
    when 'claimed' then
      (select max(greatest((l.retrieved_at at time zone 'utc') + t.value * interval '1 second', p.held_until))
       from rigger.limits t
       cross join rigger.placements p
       where t.name = 'claim.challenge_stored_within'
         -- rule: launch.claimed_here
         and p.config_id = l.config_id
         and p.undone_at is null)
    -- rule: launch.challenged_until
    when 'challenged' then
      (select greatest(c.expires_at + g.value * interval '1 second', c.lease_until)
       from rigger.challenges c
       join rigger.limits g on g.name = 'challenge.grace'
       where c.config_id = l.config_id
         and c.decided_at is null)
  end as until,
  case s.state
    when 'issued' then 'token_expired'
    when 'claimed' then 'challenge_not_stored'
    when 'challenged' then 'challenge_unanswered'
  end as late_failure,
  case s.state when 'failed' then l.verification_error end as failure,
  l.created_at at time zone 'utc' as issued_at,
  l.retrieved_at at time zone 'utc' as claimed_at,
  l.verified_at at time zone 'utc' as verified_at,
  l.failed_at at time zone 'utc' as failed_at
from public.launch_configs l
cross join lateral (
  -- rule: launch.state
  select case
           when l.failed_at is not null then 'failed'
           when l.verified_at is not null then coalesce(
             (select case when i.active then 'active' else 'verified' end
              from public.instances i
              where i.config_id = l.config_id), 'ended')
           when l.retrieved_at is null then 'issued'
           when l.seed = 0 then 'claimed'
           else 'challenged'
         end as state) s;

comment on view rigger.v_launches is 'Each launch with its state, what it waits for and until when.';
comment on column rigger.v_launches.config_id is 'The launch config.';
comment on column rigger.v_launches.chute_id is 'Its chute.';
comment on column rigger.v_launches.miner_hotkey is 'Whose it is.';
comment on column rigger.v_launches.job_id is 'The job it is for; null: none.';
comment on column rigger.v_launches.instance_id is 'Its instance; null: it has none, or none any more.';
comment on column rigger.v_launches.state is
  'issued, claimed, challenged, verified, active, failed, or ended (its instance is gone).';
comment on column rigger.v_launches.open is 'Whether it is neither verified nor failed.';
comment on column rigger.v_launches.waiting_for is 'What has not come yet; null: nothing more is to come.';
comment on column rigger.v_launches.until is
  'When the reaper may take it if that does not come; null: never.';
comment on column rigger.v_launches.late_failure is
  'Its failure, should the reaper take it: a code of rigger.refusals.';
comment on column rigger.v_launches.failure is 'Why it failed; null: it has not.';
comment on column rigger.v_launches.issued_at is 'When its token was issued.';
comment on column rigger.v_launches.claimed_at is
  'When it was claimed or, from then on, its challenge stored.';
comment on column rigger.v_launches.verified_at is 'When it was verified.';
comment on column rigger.v_launches.failed_at is 'When it failed.';
