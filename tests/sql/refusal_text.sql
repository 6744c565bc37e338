-- refusal_text: what people read of a code.
begin;
select plan(9);
select is(rigger.refusal_text('chute_not_found'), 'Chute not found', 'a refusal has its text');
select is(
  rigger.refusal_text('gpu_in_use', 'GPU-{}\1&'), 'GPU GPU-{}\1& is in use',
  'the subject stands in its place, as it is');
select is(rigger.refusal_text('gpu_in_use'), 'GPU  is in use', 'or nothing');
select is(
  rigger.refusal_text('proof_wrong', 'x'), 'the proof of work is wrong', 'a failure has no place for one');
select is(
  rigger.refusal_text('no_such_code'), 'no_such_code', 'a code that is in no catalogue stands for itself');
select is(rigger.refusal_text(null), null, 'null has none');
select is(
  rigger.refusal_text('gpu_in_use', repeat('ü', 129)), 'GPU ' || repeat('ü', 128) || '… is in use',
  'a subject that is too long is cut at a character');
select is(
  rigger.refusal_text('gpu_in_use', repeat('ü', 128)), 'GPU ' || repeat('ü', 128) || ' is in use',
  'one that just fits is not');
select is(
  length(rigger.refusal_text(repeat('x', 4000000))), 129, 'nor is what is in no catalogue kept whole');
select * from finish();
rollback;
