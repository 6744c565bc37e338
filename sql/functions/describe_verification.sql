-- Purpose: what the checks of a verification need. Carries secrets: for begin_verification alone.
-- Parameters: the config.
-- Returns: one row, none without a challenged instance; digest_with_claim: what the instance's SDK does
--   (sdk_features).
-- Calls: device_info, job_ports, sdk_features.
-- Tables: rigger.challenges, instances, chutes, images, launch_configs, rigger.vetted_addresses (read).
create or replace function rigger.describe_verification(p_config_id text)
returns table (
  instance_id text, symmetric_key text, gpu_uuid text, device_info json, algorithm text, seed numeric,
  iterations integer, kept jsonb, address text, probe_ports jsonb, digest_with_claim boolean,
  image_id text, patch_version text, filename text)
language sql
stable
as $$
  select i.instance_id, i.symmetric_key, c.gpu_uuid, rigger.device_info(c.gpu_uuid), c.algorithm, l.seed,
         c.iterations, c.kept, host(v.address),
         case
           when l.job_id is not null
             then (select coalesce(jsonb_agg(mapping), '[]')
                   from rigger.job_ports(i.port_mappings) as mapping)
         end,
         (rigger.sdk_features(i.chutes_version)).digest_with_claim, h.image_id, g.patch_version, h.filename
  from rigger.challenges c
  join public.launch_configs l on l.config_id = c.config_id
  join public.instances i on i.instance_id = c.instance_id
  join public.chutes h on h.chute_id = i.chute_id
  left join public.images g on g.image_id = h.image_id
  left join rigger.vetted_addresses v on v.instance_id = i.instance_id
  where c.config_id = p_config_id
$$;
comment on function rigger.describe_verification(text) is
  'What the checks of a verification need. Carries secrets: for begin_verification alone.';
