-- Purpose: what an SDK can do, by its version. The only place where versions of the SDK are compared.
-- Parameters: the version, as chutes and instances name it; null and nonsense stand for the oldest.
-- Returns: holds_key (0.2.0): the instance is given the key, and bodies go encrypted. hides_paths (0.2.14): the paths of
--   requests go encrypted. shows_files (0.2.20): the pod lets whole files be read. uses_launch_configs
--   (0.3.0): its instances are claimed, and verified by their launch config. digests_at_claim (0.3.1): the digest of the
--   filesystem comes with the claim, before it with the proof.
-- Calls: version_parts.
-- Tables: none.
create or replace function rigger.sdk_features(
  p_version text,
  out holds_key boolean, out hides_paths boolean, out shows_files boolean, out uses_launch_configs boolean,
  out digests_at_claim boolean)
language sql
immutable
as $$
  select v.parts >= rigger.version_parts('0.2.0'), v.parts >= rigger.version_parts('0.2.14'),
         v.parts >= rigger.version_parts('0.2.20'), v.parts >= rigger.version_parts('0.3.0'),
         v.parts >= rigger.version_parts('0.3.1')
  from (select rigger.version_parts(p_version) as parts) v
$$;
comment on function rigger.sdk_features(text) is 'What an SDK can do, by its version.';
