-- ready and generation: the schema's version, and which generation of the Chutes schema is there, told column
-- by column.
begin;
select plan(13);

select is(
  (select schema_version from rigger.ready()), (select version from rigger.schema_version),
  'the version that was migrated to');
select is((select writable from rigger.ready()), true, 'a primary takes writes');
select is((select unserved from rigger.ready()), null, 'what was migrated to is served');

-- From here on the database becomes a newer one. What is there before depends on where the tests run.
delete from rigger.settings where key = 'serve_unbilled';
alter table public.instances add column if not exists billed_to varchar;
select is((select generation from rigger.ready()), '2025-09', 'who pays is a column of September 2025');
select matches(
  (select unserved from rigger.ready()),
  'does not fill .*instances\.billed_to.*: nobody would be billed or paid',
  'it is not served, and told why');
select is((select may_be_accepted from rigger.generation()), true, 'but may be');
insert into rigger.settings (key, value) values ('serve_unbilled', '"2026"');
select isnt((select unserved from rigger.ready()), null, 'another generation was accepted');
update rigger.settings set value = '"2025-09"' where key = 'serve_unbilled';
select is((select unserved from rigger.ready()), null, 'an administrator accepted it');

alter table public.launch_configs add column env_type varchar;
select is((select generation from rigger.ready()), '2026', 'one column of a newer one makes it that');
select isnt((select unserved from rigger.ready()), null, 'which was not accepted');
update rigger.settings set value = '"2026"' where key = 'serve_unbilled';
select is((select unserved from rigger.ready()), null, 'and then was');
alter table public.launch_configs alter column env_type set not null;
select matches(
  (select unserved from rigger.ready()), 'must not be null: launch_configs\.env_type$',
  'where an insert would fail, that helps nothing');
alter table public.launch_configs alter column env_type set default 'graval';
select is((select unserved from rigger.ready()), null, 'unless it has a default');

select * from finish();
rollback;
