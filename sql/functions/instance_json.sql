-- Purpose: an instance as the API shows it: never its key, nor a certificate.
-- Parameters: the instance's row.
-- Returns: the JSON object of the wire contract; times in UTC, ISO 8601.
-- Calls: iso_time.
-- Tables: none.
create or replace function rigger.instance_json(p_instance public.instances)
returns json
language sql
stable
as $$
  select json_build_object(
    'instance_id', p_instance.instance_id, 'chute_id', p_instance.chute_id, 'host', p_instance.host,
    'port', p_instance.port, 'version', p_instance.version, 'miner_uid', p_instance.miner_uid,
    'miner_hotkey', p_instance.miner_hotkey, 'miner_coldkey', p_instance.miner_coldkey,
    'region', p_instance.region, 'active', coalesce(p_instance.active, false),
    'verified', coalesce(p_instance.verified, false),
    'created_at', rigger.iso_time(p_instance.created_at),
    'updated_at', rigger.iso_time(p_instance.updated_at),
    'last_verified_at', rigger.iso_time(p_instance.last_verified_at),
    'last_queried_at', rigger.iso_time(p_instance.last_queried_at),
    'verification_error', p_instance.verification_error,
    'consecutive_failures', p_instance.consecutive_failures, 'chutes_version', p_instance.chutes_version,
    'config_id', p_instance.config_id, 'port_mappings', p_instance.port_mappings)
$$;
comment on function rigger.instance_json(public.instances) is
  'An instance as the API shows it: never its key, nor a certificate.';
