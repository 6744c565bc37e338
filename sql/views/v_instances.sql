-- Purpose: the instances with their chute, GPUs and job; no keys.
-- Tables: instances, chutes, instance_nodes, nodes, jobs, rigger.vetted_addresses, rigger.verifications.
create or replace view rigger.v_instances as
select
  i.instance_id,
  i.chute_id,
  c.name as chute,
  i.miner_hotkey,
  i.miner_uid,
  i.host,
  i.port,
  host(a.address) as address,
  i.active,
  i.verified,
  g.gpus,
  g.gpu_models,
  j.job_id,
  j.status as job_status,
  i.config_id,
  i.version,
  i.chutes_version,
  i.port_mappings,
  i.created_at,
  i.last_verified_at,
  i.verification_error,
  v.state as background_verification
from public.instances i
join public.chutes c on c.chute_id = i.chute_id
cross join lateral (
  select array_agg(n.uuid order by n.uuid) as gpus, array_agg(distinct n.gpu_identifier) as gpu_models
  from public.instance_nodes o
  join public.nodes n on n.uuid = o.node_id
  where o.instance_id = i.instance_id) g
left join public.jobs j on j.instance_id = i.instance_id
left join rigger.vetted_addresses a on a.instance_id = i.instance_id
left join lateral (
  select v.state
  from rigger.verifications v
  where v.instance_id = i.instance_id
  order by v.queued_at desc, v.verification_id desc
  limit 1) v on true;

comment on view rigger.v_instances is 'The instances with their chute, GPUs and job; no keys.';
comment on column rigger.v_instances.instance_id is 'The instance; evict() takes it away.';
comment on column rigger.v_instances.chute_id is 'Its chute.';
comment on column rigger.v_instances.chute is 'The chute''s name.';
comment on column rigger.v_instances.miner_hotkey is 'Who runs it.';
comment on column rigger.v_instances.miner_uid is 'That miner''s uid on the subnet.';
comment on column rigger.v_instances.host is 'Where it said it is.';
comment on column rigger.v_instances.port is 'Port of its service.';
comment on column rigger.v_instances.address is
  'The address that the host was vetted at, and that is dialled.';
comment on column rigger.v_instances.active is 'Whether it was activated.';
comment on column rigger.v_instances.verified is
  'Whether it was verified; active and verified: it takes traffic.';
comment on column rigger.v_instances.gpus is 'Its GPUs.';
comment on column rigger.v_instances.gpu_models is 'Their models.';
comment on column rigger.v_instances.job_id is 'The job it runs.';
comment on column rigger.v_instances.job_status is 'How that job is.';
comment on column rigger.v_instances.config_id is
  'The launch config that made it; null: it is of an old SDK.';
comment on column rigger.v_instances.version is 'Version of the chute it runs.';
comment on column rigger.v_instances.chutes_version is 'Version of the SDK it runs.';
comment on column rigger.v_instances.port_mappings is 'Its ports: internal_port, external_port, proto.';
comment on column rigger.v_instances.created_at is 'When it was made.';
comment on column rigger.v_instances.last_verified_at is 'When it was last verified.';
comment on column rigger.v_instances.verification_error is 'Why the last verification failed.';
comment on column rigger.v_instances.background_verification is
  'Of an instance of an old SDK, its last background verification: queued, running, passed or failed.';
