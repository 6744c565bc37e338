-- gpu_is_allowed: node selectors, and the memory of GPUs.
begin;
select plan(13);
insert into rigger.gpu_models (model, memory_gb, iterations, estimate_seconds) values ('tiny', 15, 1, 60);

select ok(rigger.gpu_is_allowed('a4000', '{}'), 'without a selector 16 GB are enough');
select ok(not rigger.gpu_is_allowed('tiny', '{}'), 'and 15 are not');
select ok(rigger.gpu_is_allowed('tiny', '{"min_vram_gb_per_gpu": 15}'), 'unless the selector says so');
select ok(not rigger.gpu_is_allowed('l40s', '{"min_vram_gb_per_gpu": 49}'), 'or asks for more');
update rigger.limits set value = 15 where name = 'gpu.memory';
select ok(rigger.gpu_is_allowed('tiny', '{}'), 'what is enough is a limit');
select ok(rigger.gpu_is_allowed('H100', '{"include": ["h100", "H200"]}'), 'a model that is included');
select ok(rigger.gpu_is_allowed('h200', '{"include": ["h100", "H200"]}'), 'in any case');
select ok(not rigger.gpu_is_allowed('a100', '{"include": ["h100"]}'), 'one that is not');
select ok(rigger.gpu_is_allowed('a100', '{"include": []}'), 'no list includes all');
select ok(rigger.gpu_is_allowed('a100', '{"include": null, "exclude": null}'), 'as does none');
select ok(not rigger.gpu_is_allowed('h100', '{"exclude": ["H100"]}'), 'a model that is excluded');
select ok(rigger.gpu_is_allowed('a100', '{"exclude": ["h100"]}'), 'one that is not excluded');
select ok(not rigger.gpu_is_allowed('abacus', '{}'), 'a model that nobody knows');

select * from finish();
rollback;
