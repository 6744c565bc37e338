-- Purpose: how many instances each chute has and should have, as far as the database knows: where a Redis
--   holds the targets, what it says counts before the target here.
-- Tables: chutes, instances, capacity_log, rolling_updates.
create or replace view rigger.v_chute_capacity as
select
  c.chute_id,
  c.name,
  coalesce(l.target_count, i.total) as target,
  i.total,
  i.hot,
  greatest(coalesce(l.target_count, i.total) - i.total, 0) as free,
  u.chute_id is not null as rolling_update,
  q.left_over as rolling_quota
from public.chutes c
cross join lateral (
  select count(*) as total, count(*) filter (where i.active and i.verified) as hot
  from public.instances i
  where i.chute_id = c.chute_id) i
left join lateral (
  select l.target_count
  from public.capacity_log l
  where l.chute_id = c.chute_id
  order by l."timestamp" desc
  limit 1) l on true
left join public.rolling_updates u on u.chute_id = c.chute_id
left join lateral (
  select sum(btrim(quota.value #>> '{}')::numeric) as left_over
  from jsonb_each(case jsonb_typeof(u.permitted) when 'object' then u.permitted else '{}' end) as quota
  -- As read_permitted(), which whoever may look at a view may not execute.
  where jsonb_typeof(quota.value) in ('number', 'string')
    and quota.value #>> '{}' ~ '^\s*[0-9]{1,9}(\.0*)?\s*$') q on true;

comment on view rigger.v_chute_capacity is 'How many instances each chute has and should have.';
comment on column rigger.v_chute_capacity.chute_id is 'The chute.';
comment on column rigger.v_chute_capacity.name is 'Its name.';
comment on column rigger.v_chute_capacity.target is
  'How many it should have by the capacity log; set_target() changes it. As many as it has where none was'
  ' ever set. What a Redis says, where one is configured, counts before it and cannot be seen here.';
comment on column rigger.v_chute_capacity.total is 'Its instances, in whatever state.';
comment on column rigger.v_chute_capacity.hot is 'Those that are active and verified.';
comment on column rigger.v_chute_capacity.free is 'Places below that target.';
comment on column rigger.v_chute_capacity.rolling_update is 'Whether a rolling update is under way.';
comment on column rigger.v_chute_capacity.rolling_quota is
  'What is left of all quotas of the rolling update; null: none were set, whoever comes first.';
