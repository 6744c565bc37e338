-- Purpose: what is waiting for something, and when reap() takes it if that does not come.
-- Tables: rigger.v_launches, instances, rigger.limits.
create or replace view rigger.v_stuck as
select
  'launch_config' as kind,
  l.config_id as id,
  l.chute_id,
  l.miner_hotkey,
  l.waiting_for,
  l.until as taken_at
from rigger.v_launches l
where l.open
  and l.until is not null
union all
select 'instance', i.instance_id, i.chute_id, i.miner_hotkey, 'its background verification',
       -- rule: instance.verified_within
       i.created_at
       + (select t.value * interval '1 second' from rigger.limits t where t.name = 'instance.verified_within')
from public.instances i
-- rule: instance.old_sdk
where i.config_id is null
  and i.verified is not true;

comment on view rigger.v_stuck is
  'What is waiting for something, and when reap() takes it if that does not come.';
comment on column rigger.v_stuck.kind is 'launch_config or instance (of an old SDK).';
comment on column rigger.v_stuck.id is 'Its id.';
comment on column rigger.v_stuck.chute_id is 'Its chute.';
comment on column rigger.v_stuck.miner_hotkey is 'Whose it is.';
comment on column rigger.v_stuck.waiting_for is 'What has not come yet.';
comment on column rigger.v_stuck.taken_at is 'When the reaper may take it.';
