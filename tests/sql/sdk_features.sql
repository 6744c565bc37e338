-- sdk_features: what an SDK can do, each from its version on.
begin;
select plan(15);

-- What it can do, in the order of the versions that brought it: 0.2.0, 0.2.14, 0.2.20, 0.3.0, 0.3.1.
create function pg_temp.features(p_version text) returns text language sql
as $$
  select concat(f.holds_key::int, f.hides_paths::int, f.shows_files::int, f.uses_launch_configs::int, f.digests_at_claim::int)
  from rigger.sdk_features(p_version) f
$$;
select is(pg_temp.features(version), features, format('%s can do %s', coalesce(version, 'null'), features))
from (values
  (null, '00000'), ('', '00000'), ('x', '00000'), ('0.1.99', '00000'), ('0.2.0', '10000'), ('0.2.9', '10000'),
  ('0.2.14', '11000'), ('0.2.19', '11000'), ('0.2.20', '11100'), ('0.2.99', '11100'), ('0.3', '11110'), ('0.3.0rc1', '11110'),
  ('0.3.0.dev4', '11110'), ('0.3.1', '11111'), ('1', '11111')) as cases (version, features);

select * from finish();
rollback;
