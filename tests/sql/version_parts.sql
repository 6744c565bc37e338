-- version_parts: SDK versions in their order.
begin;
select plan(8);
select ok(rigger.version_parts('0.2.9') < rigger.version_parts('0.2.14'), 'numbers compare as numbers');
select ok(rigger.version_parts('0.3') = rigger.version_parts('0.3.0'), 'missing numbers are 0');
select ok(rigger.version_parts('0.3.0rc1') = rigger.version_parts('0.3.0'), 'letters do not count');
select ok(rigger.version_parts('0.3.1') > rigger.version_parts('0.3.0'), 'later is more');
select ok(rigger.version_parts(null) < rigger.version_parts('0.0.1'), 'null comes first');
select ok(rigger.version_parts('') < rigger.version_parts('0.0.1'), 'so does an empty text');
select ok(rigger.version_parts('x.y') < rigger.version_parts('0.0.1'), 'and nonsense');
select ok(rigger.version_parts('1.99999999999999999999') > rigger.version_parts('1.2'), 'of any length');
select * from finish();
rollback;
