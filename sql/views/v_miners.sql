-- Purpose: the registered miners, what they have and how they do.
-- Tables: metagraph_nodes, nodes, instance_nodes, instances, launch_configs.
create or replace view rigger.v_miners as
select
  m.hotkey,
  m.coldkey,
  m.node_id as uid,
  m.netuid,
  nullif(m.blacklist_reason, '') as blacklist_reason,
  coalesce(g.gpus, 0) as gpus,
  coalesce(g.in_use, 0) as gpus_in_use,
  coalesce(i.instances, 0) as instances,
  coalesce(i.hot, 0) as hot,
  coalesce(f.failed, 0) as failed_today
from public.metagraph_nodes m
left join (
  select n.miner_hotkey, count(*) as gpus, count(o.node_id) as in_use
  from public.nodes n
  left join public.instance_nodes o on o.node_id = n.uuid
  group by n.miner_hotkey) g on g.miner_hotkey = m.hotkey
left join (
  select i.miner_hotkey, count(*) as instances, count(*) filter (where i.active and i.verified) as hot
  from public.instances i
  group by i.miner_hotkey) i on i.miner_hotkey = m.hotkey
left join (
  select l.miner_hotkey, count(*) as failed
  from public.launch_configs l
  where l.failed_at > (now() at time zone 'utc') - interval '1 day'
  group by l.miner_hotkey) f on f.miner_hotkey = m.hotkey;

comment on view rigger.v_miners is 'The registered miners, what they have and how they do.';
comment on column rigger.v_miners.hotkey is 'SS58 address.';
comment on column rigger.v_miners.coldkey is 'SS58 address of the owner.';
comment on column rigger.v_miners.uid is 'Uid on the subnet.';
comment on column rigger.v_miners.netuid is 'The subnet.';
comment on column rigger.v_miners.blacklist_reason is
  'Why it may do nothing; null: it may. blacklist() changes it.';
comment on column rigger.v_miners.gpus is 'GPUs it has.';
comment on column rigger.v_miners.gpus_in_use is 'Those that are in an instance.';
comment on column rigger.v_miners.instances is 'Its instances.';
comment on column rigger.v_miners.hot is 'Those that are active and verified.';
comment on column rigger.v_miners.failed_today is 'Its launch configs that failed within the last 24 hours.';
