-- Purpose: what became of the launch configs of each hour. For one day: where hour > now() - interval '1 day'.
-- Tables: launch_configs, instances.
create or replace view rigger.v_launch_funnel as
select
  date_trunc('hour', l.created_at at time zone 'utc') as hour,
  s.state,
  case s.state when 'failed' then regexp_replace(l.verification_error, '[0-9a-f-]{16,}', '*', 'g') end as reason,
  count(*) as count
from public.launch_configs l
left join public.instances i on i.config_id = l.config_id
cross join lateral (
  select case
           when l.failed_at is not null then 'failed'
           when l.verified_at is not null and i.instance_id is null then 'ended'
           when i.active then 'active'
           when l.verified_at is not null then 'verified'
           when l.retrieved_at is not null then 'claimed'
           else 'issued'
         end as state) s
group by 1, 2, 3;

comment on view rigger.v_launch_funnel is 'What became of the launch configs of each hour.';
comment on column rigger.v_launch_funnel.hour is 'When they were issued.';
comment on column rigger.v_launch_funnel.state is 'How far they have come: issued, claimed, verified, active, ended (their instance is gone), failed.';
comment on column rigger.v_launch_funnel.reason is 'Why they failed; ids in it are written as *.';
comment on column rigger.v_launch_funnel.count is 'How many.';
