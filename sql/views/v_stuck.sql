-- Purpose: what is waiting for something, and when reap() takes it if that does not come.
-- Tables: launch_configs, instances, rigger.challenges, rigger.settings.
create or replace view rigger.v_stuck as
select
  'launch_config' as kind,
  l.config_id as id,
  l.chute_id,
  l.miner_hotkey,
  w.waiting_for,
  w.taken_at
from public.launch_configs l
left join rigger.challenges c on c.config_id = l.config_id and c.decided_at is null
cross join lateral (
  select 'the answer to its challenge' as waiting_for,
         greatest(c.expires_at + interval '60 seconds', c.lease_until) as taken_at
  where c.config_id is not null
  union all
  select 'its challenge', (l.retrieved_at at time zone 'utc') + interval '60 seconds'
  where c.config_id is null and l.retrieved_at is not null and l.seed = 0
  union all
  select 'its claim', (l.created_at at time zone 'utc') + interval '7200 seconds'
  where l.retrieved_at is null) w
where l.failed_at is null
  and l.verified_at is null
union all
select 'instance', i.instance_id, i.chute_id, i.miner_hotkey, 'its background verification',
       i.created_at + make_interval(secs => coalesce(
         (select (s.value #>> '{}')::double precision
          from rigger.settings s
          where s.key = 'unverified_instance_seconds'), 3600))
from public.instances i
where i.config_id is null
  and not i.verified;

comment on view rigger.v_stuck is 'What is waiting for something, and when reap() takes it if that does not come.';
comment on column rigger.v_stuck.kind is 'launch_config or instance (of the older path).';
comment on column rigger.v_stuck.id is 'Its id.';
comment on column rigger.v_stuck.chute_id is 'Its chute.';
comment on column rigger.v_stuck.miner_hotkey is 'Whose it is.';
comment on column rigger.v_stuck.waiting_for is 'What has not come yet.';
comment on column rigger.v_stuck.taken_at is 'When the reaper may take it.';
