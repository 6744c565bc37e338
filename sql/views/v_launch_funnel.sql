-- Purpose: what became of the launch configs of each hour. For one day:
--   where hour > now() - interval '1 day'.
-- Tables: rigger.v_launches.
create or replace view rigger.v_launch_funnel as
select
  date_trunc('hour', l.issued_at) as hour,
  l.state,
  regexp_replace(l.failure, '[0-9a-f-]{16,}', '*', 'g') as reason,
  count(*) as count
from rigger.v_launches l
group by 1, 2, 3;

comment on view rigger.v_launch_funnel is 'What became of the launch configs of each hour.';
comment on column rigger.v_launch_funnel.hour is 'When they were issued.';
comment on column rigger.v_launch_funnel.state is
  'How far they have come: issued, claimed, challenged, verified, active, ended'
  ' (their instance is gone), failed.';
comment on column rigger.v_launch_funnel.reason is 'Why they failed; ids in it are written as *.';
comment on column rigger.v_launch_funnel.count is 'How many.';
