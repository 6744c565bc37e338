-- The documents that others write: what each function that reads one makes of every key, in every form that
-- the Python service takes and in some that it does not; and what becomes of a launch that meets them.
begin;
select plan(140);
select fixture.miner('alice'), fixture.chute('llm', 10), fixture.chute('jobs', 0),
       fixture.chute('old', 3, p_chutes_version => '0.2.20'), fixture.gpu('g1', 'alice');

select is(rigger.json_integer(v.value), v.integer, 'an integer out of ' || left(v.value::text, 40))
from (values ('1'::jsonb, 1), ('1.0', 1), ('1e2', 100), ('"1"', 1), ('" 80.0 "', 80), ('"+5"', 5),
             ('-3', -3), ('true', 1), ('false', 0), ('2147483647', 2147483647), ('2147483648', null),
             ('-2147483649', null),
             ('1e400', null), ('"1e2"', null), ('1.5', null), ('"1.5"', null), ('"80GB"', null), ('""', null),
             ('"１"', null), ('" "', null), ('"0x10"', null), ('"NaN"', null), ('"Infinity"', null),
             (('"' || repeat('9', 5000) || '"')::jsonb, null), ('null', null), ('[]', null), ('[1]', null),
             ('{}', null), (null, null)) as v (value, integer);

-- A node selector, as its columns.
select is(
  (select concat_ws(' ', s.gpu_count, 'min ' || s.min_vram_gb, 'in ' || s.include::text,
                    'ex ' || s.exclude::text,
                    'unreadable ' || s.unreadable)
   from rigger.read_node_selector(v.selector) s),
  v.columns, 'node_selector ' || coalesce(v.selector::text, 'null'))
from (values
  (null::jsonb, '1'), ('null', '1'), ('{}', '1'), ('{"unknown": [1]}', '1'), ('{"gpu_count": 8}', '8'),
  ('{"gpu_count": 1.0}', '1'), ('{"gpu_count": "2"}', '2'), ('{"gpu_count": null}', '1'),
  ('{"gpu_count": true}', '1'),
  ('{"min_vram_gb_per_gpu": 80.0, "include": ["H100", "h200"], "exclude": ["A100"]}',
   '1 min 80 in {h100,h200} ex {a100}'),
  ('{"min_vram_gb_per_gpu": "80", "include": [], "exclude": []}', '1 min 80 ex {}'),
  ('{"min_vram_gb_per_gpu": null, "include": null, "exclude": null}', '1')) as v (selector, columns);
select is(
  (select s.unreadable from rigger.read_node_selector(v.selector) s), v.path,
  'node_selector ' || v.selector::text || ' cannot be read')
from (values
  ('[]'::jsonb, 'node_selector'), ('"h100"', 'node_selector'), ('1', 'node_selector'),
  ('true', 'node_selector'),
  ('{"gpu_count": 0}', 'node_selector.gpu_count'), ('{"gpu_count": -1}', 'node_selector.gpu_count'),
  ('{"gpu_count": 1.5}', 'node_selector.gpu_count'), ('{"gpu_count": "two"}', 'node_selector.gpu_count'),
  ('{"gpu_count": [1]}', 'node_selector.gpu_count'), ('{"gpu_count": {}}', 'node_selector.gpu_count'),
  ('{"gpu_count": 1e30}', 'node_selector.gpu_count'), ('{"gpu_count": false}', 'node_selector.gpu_count'),
  ('{"min_vram_gb_per_gpu": "80GB"}', 'node_selector.min_vram_gb_per_gpu'),
  ('{"min_vram_gb_per_gpu": [80]}', 'node_selector.min_vram_gb_per_gpu'),
  ('{"min_vram_gb_per_gpu": 79.5}', 'node_selector.min_vram_gb_per_gpu'),
  ('{"include": {"h100": true}}', 'node_selector.include'), ('{"include": "h100"}', 'node_selector.include'),
  ('{"include": ["h100", 1]}', 'node_selector.include'), ('{"include": [null]}', 'node_selector.include'),
  ('{"exclude": {}}', 'node_selector.exclude'), ('{"exclude": "h100"}', 'node_selector.exclude'),
  ('{"exclude": [["h100"]]}', 'node_selector.exclude')) as v (selector, path);
select ok(not rigger.gpu_is_allowed('h100_sxm', '{"exclude": {"h100_sxm": true}}'),
          'what cannot be read allows nothing');

-- A job's definition: its ports or what cannot be read.
select is(
  (select coalesce(d.unreadable, d.ports::text) from rigger.read_job_definition(v.jobs, 'train') d), v.ports,
  'jobs ' || coalesce(v.jobs::text, 'null'))
from (values
  (null::jsonb, '{}'), ('null', '{}'), ('[]', '{}'), ('{}', 'jobs'), ('"train"', 'jobs'), ('1', 'jobs'),
  ('{"name": "train"}', 'jobs'), ('[1, null, "train", ["train"], {"name": 1}, {}]', '{}'),
  ('[{"name": "other", "ports": 1}]', '{}'), ('[{"name": "train"}]', '{}'),
  ('[{"name": "train", "ports": null}]', '{}'), ('[{"name": "train", "ports": []}]', '{}'),
  ('[{"name": "train", "ports": {}}]', 'jobs[0].ports'),
  ('[{"name": "train", "ports": "22"}]', 'jobs[0].ports'),
  ('[{}, {"name": "train", "ports": [22]}]', 'jobs[1].ports[0]'),
  ('[{"name": "train", "ports": [null]}]', 'jobs[0].ports[0]')) as v (jobs, ports);
select is(
  (select coalesce(d.unreadable, d.ports::text)
   from rigger.read_job_definition(jsonb_build_array(jsonb_build_object('name', 'train', 'ports', v.ports)),
                                   'train') d),
  v.result, 'ports ' || v.ports::text)
from (values
  ('[{"port": 22, "proto": "tcp"}, {"port": 22, "proto": "TCP"}, {"port": 22, "proto": "http"}]'::jsonb,
   '{"tcp 22"}'),
  ('[{"port": "9000", "proto": "Udp"}, {"port": 22.0, "proto": "HTTP"}]', '{"tcp 22","udp 9000"}'),
  ('[{"port": 8000, "proto": "http"}, {"port": 8001, "proto": "tcp"}]', '{}'),
  ('[{"port": 22, "proto": "tcp"}, {"port": 22}]', 'jobs[0].ports[1].proto'),
  ('[{"port": 22, "proto": "sctp"}]', 'jobs[0].ports[0].proto'),
  ('[{"port": 22, "proto": 6}]', 'jobs[0].ports[0].proto'),
  ('[{"port": 22, "proto": ["tcp"]}]', 'jobs[0].ports[0].proto'),
  ('[{"proto": "tcp"}]', 'jobs[0].ports[0].port'),
  ('[{"port": null, "proto": "tcp"}]', 'jobs[0].ports[0].port'),
  ('[{"port": 0, "proto": "tcp"}]', 'jobs[0].ports[0].port'),
  ('[{"port": 65536, "proto": "tcp"}]', 'jobs[0].ports[0].port'),
  ('[{"port": "ssh", "proto": "tcp"}]', 'jobs[0].ports[0].port'),
  ('[{"port": [22], "proto": "tcp"}]', 'jobs[0].ports[0].port')) as v (ports, result);

select is(
  (select coalesce(p.unreadable, p.open || ' ' || p.quota)
   from rigger.read_permitted(v.permitted, 'alice') p),
  v.result, 'permitted ' || coalesce(v.permitted::text, 'null'))
from (values
  (null::jsonb, 'true 0'), ('null', 'true 0'), ('{}', 'true 0'), ('[]', 'true 0'), ('{"bob": 1}', 'false 0'),
  ('{"alice": 2}', 'false 2'), ('{"alice": 2.0}', 'false 2'), ('{"alice": "2"}', 'false 2'),
  ('{"alice": null}', 'false 0'), ('{"alice": -1}', 'false -1'), ('{"alice": true}', 'false 1'),
  ('{"bob": "x", "alice": 1}', 'false 1'), ('{"alice": "x"}', 'rolling_updates.permitted.alice'),
  ('{"alice": 0.5}', 'rolling_updates.permitted.alice'),
  ('{"alice": [1]}', 'rolling_updates.permitted.alice'),
  ('["alice"]', 'rolling_updates.permitted'), ('"alice"', 'rolling_updates.permitted'),
  ('7', 'rolling_updates.permitted')) as v (permitted, result);

select is(
  (select coalesce(j.unreadable, concat_ws(' ', j.hotkeys, j.disk_gb))
   from rigger.read_job(v.history, v.args) j),
  v.result, 'history ' || coalesce(v.history::text, 'null') || ', arguments ' || coalesce(v.args::text,
  'null'))
from (values
  (null::jsonb, null::jsonb, '[]'), ('null', 'null', '[]'), ('["a"]', '{"_disk_gb": 20}', '["a"] 20'),
  ('[]', '{"_disk_gb": "20"}', '[] 20'), ('[]', '{"_disk_gb": 20.0}', '[] 20'),
  ('[]', '{"_disk_gb": null}', '[]'), ('[]', '[1]', '[]'), ('[]', '"x"', '[]'),
  ('{}', '{}', 'miner_history'), ('"a"', '{}', 'miner_history'), ('1', '{}', 'miner_history'),
  ('[]', '{"_disk_gb": "20GB"}', 'job_args._disk_gb'), ('[]', '{"_disk_gb": 1e30}', 'job_args._disk_gb'),
  ('[]', '{"_disk_gb": -1}', 'job_args._disk_gb'), ('[]', '{"_disk_gb": [20]}', 'job_args._disk_gb'))
  as v (history, args, result);

-- What becomes of a launch: refused, by what cannot be read; and what was written stays as it is.
select fixture.issue('early', 'alice', 'llm');
update public.chutes set node_selector = '{"gpu_count": 1.0, "min_vram_gb_per_gpu": "80GB"}';
select is((select refusal from fixture.issue('late', 'alice', 'llm')), 'description_unusable',
          'no token of a chute that cannot be read');
select results_eq(
  $$ select refusal, said from fixture.claim('early', '{g1}') $$,
  $$ values ('description_unusable', 'What the database says cannot be used, its operator has to mend it:'
                                     ' node_selector.min_vram_gb_per_gpu of chute llm') $$,
  'no claim');
select results_eq(
  $$ select refusal, subject
     from rigger.create_instance('alice', 64, null, fixture.id('o'), 'old', fixture.instance_id('o'),
     '["g1"]',
                                 '1.2.3.4', '1.2.3.4', 20002, '00', null) $$,
  $$ values ('description_unusable', 'node_selector.min_vram_gb_per_gpu of chute old') $$,
  'no instance of an old SDK');
update public.chutes set node_selector = '{"gpu_count": 1.0, "min_vram_gb_per_gpu": "80"}';
update public.chutes set version = null where chute_id = 'llm';
select results_eq(
  $$ select refusal, said from fixture.claim('early', '{g1}') $$,
  $$ values ('description_unusable', 'What the database says cannot be used, its operator has to mend it:'
                                     ' version of chute llm') $$,
  'nor of a chute without a version');
select is((select refusal from fixture.issue('later', 'alice', 'llm')), 'description_unusable',
  'nor a token');
select is((select id || ' ' || unreadable from rigger.check_documents()), 'llm version',
  'which the operator sees');
update public.chutes set version = '1' where chute_id = 'llm';
select is((select refusal from fixture.claim('early', '{g1}')), 'none', 'mended, the same token is good');

insert into public.rolling_updates (chute_id, old_version, new_version, permitted)
values ('old', '1', '2', '["alice"]');
select fixture.target('old', 0), fixture.instances('old', 'alice', 3);
select results_eq(
  $$ select refusal, subject from rigger.decide_capacity('old', 'alice') $$,
  $$ values ('description_unusable', 'rolling_updates.permitted of chute old') $$,
  'no place by a rolling update that cannot be read');
update public.rolling_updates set permitted = '{"alice": "1"}';
select is((select rule from rigger.decide_capacity('old', 'alice')), 'rolling_quota',
  'a quota that is a text');
select fixture.gpu('g2', 'alice');
select is(
  (select refusal
   from rigger.create_instance('alice', 64, null, fixture.id('p'), 'old', fixture.instance_id('p'), '["g2"]',
                               '1.2.3.4', '1.2.3.4', 20003, '00', null)),
  null, 'is good for a place');
select is((select permitted from public.rolling_updates), '{"alice": 0}', 'and used up by it');

select fixture.job('odd', 'jobs', 'train', '{"_disk_gb": "much"}');
select results_eq(
  $$ select refusal, subject from rigger.enter_job_race('odd', 'jobs', 'alice') $$,
  $$ values ('description_unusable', 'job_args._disk_gb of job odd') $$,
  'no token of a job that cannot be read');
select is((select miner_history from public.jobs where job_id = 'odd'), '[]', 'and nobody has tried it');

update public.chutes set node_selector = '[]' where chute_id = 'llm';
update public.chutes set jobs = '"none"' where chute_id = 'old';
update public.chutes set jobs = '[{"name": "a", "ports": {}}, {"name": "b"}, 7]' where chute_id = 'jobs';
update public.rolling_updates set permitted = '{"alice": 1, "bob": "x"}';
select fixture.job('over', 'jobs', 'train', '{"_disk_gb": []}');
update public.jobs set finished_at = now() where job_id = 'over';
select results_eq(
  $$ select * from rigger.check_documents() order by kind, id, unreadable collate "C" $$,
  $$ values ('chute', 'jobs', 'jobs[0].ports'), ('chute', 'llm', 'node_selector'), ('chute', 'old', 'jobs'),
            ('chute', 'old', 'rolling_updates.permitted.bob'), ('job', 'odd', 'job_args._disk_gb') $$,
  'the operator sees all of it');

select * from finish();
rollback;
