-- Purpose: what the claim of a launch config is prepared with, before any lock: keys and expectations of the
--   environment and filesystem checks. For the responder alone: it carries the chute's code and the
--   environment key.
-- Parameters: the config.
-- Returns: one row, none for one that cannot be claimed; seed_in_command, digest_with_claim: what the
--   chute's SDK does (sdk_features); job_id: the job (null: none, and the claim needs capacity);
--   environment_rules: the setting of that name.
-- Calls: bound_waits, sdk_features.
-- Tables: launch_configs, chutes, images, rigger.settings (read).
-- Role: rigger_app
create or replace function rigger.describe_claim(p_config_id text)
returns table (
  env_key text, seed numeric, miner_hotkey text, chute_id text, ref_str text, filename text, code text,
  seed_in_command boolean, digest_with_claim boolean, image_id text, patch_version text,
  environment_rules jsonb, job_id text)
language plpgsql
stable
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
begin
  perform rigger.bound_waits('lock.waited_slow');
  return query
  select l.env_key::text, l.seed::numeric, l.miner_hotkey::text, l.chute_id::text, c.ref_str::text,
         c.filename::text, c.code::text, f.seed_in_command, f.digest_with_claim, c.image_id::text,
         i.patch_version::text, (select s.value from rigger.settings s where s.key = 'environment_rules'),
         l.job_id::text
  from public.launch_configs l
  join public.chutes c on c.chute_id = l.chute_id
  cross join lateral rigger.sdk_features(c.chutes_version) f
  left join public.images i on i.image_id = c.image_id
  where l.config_id = p_config_id
    and l.retrieved_at is null
    and l.failed_at is null;
end
$$;
comment on function rigger.describe_claim(text) is
  'What the environment and filesystem checks of a claim are prepared with. Carries secrets.';
