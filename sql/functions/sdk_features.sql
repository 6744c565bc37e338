-- Purpose: what an SDK does, by its version. This is the only place where versions of the SDK are compared.
-- Parameters: the version, as chutes and instances name it; null and nonsense stand for the oldest.
-- Returns: holds_key (since 0.2.0): an instance is given its key, and bodies go encrypted. hides_paths (since
--   0.2.14): the paths of requests go encrypted. shows_files (since 0.2.20): an instance lets whole files be
--   read. uses_launch_configs (since 0.3.0): an instance is made by the claim of a launch config.
--   seed_in_command (before 0.3.0): the command of a pod names the seed. digest_with_claim (since 0.3.1): the
--   digest of the filesystem comes with the claim, before it with the attempt.
-- Calls: version_parts.
-- Tables: none.
create or replace function rigger.sdk_features(
  p_version text,
  out holds_key boolean, out hides_paths boolean, out shows_files boolean, out uses_launch_configs boolean,
  out seed_in_command boolean, out digest_with_claim boolean)
language sql
immutable
as $$
  -- rule: sdk.thresholds
  select v.parts >= rigger.version_parts('0.2.0'), v.parts >= rigger.version_parts('0.2.14'),
         v.parts >= rigger.version_parts('0.2.20'), v.parts >= rigger.version_parts('0.3.0'),
         v.parts < rigger.version_parts('0.3.0'), v.parts >= rigger.version_parts('0.3.1')
  from (select rigger.version_parts(p_version) as parts) v
$$;
comment on function rigger.sdk_features(text) is 'What an SDK does, by its version.';
