begin;
select plan(5);

select fixture.miner('alice'), fixture.chute('llm');
select fixture.issue('a', 'alice', 'llm');

select results_eq(
  $$ select env_key, seed, miner_hotkey, chute_id, ref_str, filename, code, seed_in_command,
            digest_with_claim, image_id, patch_version
     from rigger.describe_claim(fixture.config_id('a')) $$,
  $$ values ('env key a', 0::numeric, 'alice', 'llm', 'app:chute', 'app.py', 'print(1)', false, true,
             'llm image', 'patch 1') $$,
  'what the checks of a claim are prepared with');
select is(
  (select environment_rules from rigger.describe_claim(fixture.config_id('a'))), null,
  'no environment rules are set');
insert into rigger.settings (key, value) values ('environment_rules', '{"/a": 1}');
select is(
  (select environment_rules from rigger.describe_claim(fixture.config_id('a'))), '{"/a": 1}',
  'environment rules come along');
select is_empty($$ select * from rigger.describe_claim('none') $$, 'an unknown config gives no row');

select fixture.chute('old', p_chutes_version => '0.2.99'), fixture.issue('b', 'alice', 'old');
select results_eq(
  $$ select seed_in_command, digest_with_claim from rigger.describe_claim(fixture.config_id('b')) $$,
  $$ values (true, false) $$, 'an old SDK does otherwise');
select * from finish();
rollback;
