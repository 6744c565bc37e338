-- sdk_features: what an SDK does, each from its version on.
begin;
select plan(18);

-- In the order of the versions: 0.2.0, 0.2.14, 0.2.20, 0.3.0 (which also ended seed_in_command), 0.3.1.
create function pg_temp.features(p_version text) returns text language sql
as $$
  select concat(f.holds_key::int, f.hides_paths::int, f.shows_files::int, f.uses_launch_configs::int,
                (not f.seed_in_command)::int, f.digest_with_claim::int)
  from rigger.sdk_features(p_version) f
$$;
select is(pg_temp.features(version), features, format('what %s does', coalesce(version, 'null')))
from (values
  (null, '000000'), ('', '000000'), ('x', '000000'), ('0.1.99', '000000'), ('0.2.0', '100000'),
  ('0.2.9', '100000'), ('0.2.14', '110000'), ('0.2.19', '110000'), ('0.2.20', '111000'), ('0.2.99', '111000'),
  ('0.3', '111110'), ('0.3.0rc1', '111110'), ('0.3.0.dev4', '111110'), ('0.3.1', '111111'),
  ('0.3.1rc1', '111111'), ('0.3.10', '111111'), ('0.3.99999999999999999999', '111111'),
  ('1', '111111')) as cases (version, features);

select * from finish();
rollback;
