begin;
select plan(2);

select is(
  (select schema_version from rigger.ready()), (select version from rigger.schema_version),
  'the version that was migrated to');
select is((select writable from rigger.ready()), true, 'a primary takes writes');

select * from finish();
rollback;
