-- acknowledge_events, forget_consumer, prune_events. take_events is in take_events.sql and
-- tests/http/test_events.py.
begin;
select plan(12);
insert into rigger.events (event_id, channel, reason, payload, created_at)
select 1000 + i, 'events', 'r' || i, '{}', now() - make_interval(days => 10 - i)
from generate_series(1, 5) as i;
select throws_ok(
  $$ select rigger.take_events('relay', 1) $$, '25001', null,
  'nothing is taken where something was written before');
insert into rigger.event_consumers (consumer, settled_to, taken_at)
values ('relay', 1004, now()), ('slow', 1004, null);

select is(rigger.acknowledge_events('relay', 1002), true, 'a consumer acknowledges');
select results_eq(
  $$ select last_event_id, taken_at from rigger.event_consumers where consumer = 'relay' $$,
  $$ values (1002::bigint, null::timestamptz) $$, 'and holds none any more');
select rigger.acknowledge_events('relay', null), rigger.acknowledge_events('relay', 1001);
select is((select last_event_id from rigger.event_consumers where consumer = 'relay'), 1002::bigint,
          'what is acknowledged stays so');
select rigger.acknowledge_events('relay', 9999);
select is((select last_event_id from rigger.event_consumers where consumer = 'relay'), 1004::bigint,
          'what was never handed out cannot be');
select is(rigger.acknowledge_events('nobody', 1), false, 'there is no such consumer');

select is(rigger.prune_events('1 day'), 0::bigint, 'what a consumer has not read is kept');
select is(rigger.forget_consumer('slow'), true, 'a consumer that will not come back is forgotten');
select is(rigger.forget_consumer('slow'), false, 'once');
update rigger.limits set value = 3 where name = 'events.pruned';
select is(
  rigger.prune_events(interval '5 days 12 hours'), 3::bigint, 'at once no more is pruned than a limit says');
select is(rigger.prune_events(interval '5 days 12 hours'), 1::bigint, 'what is old and read is pruned');
select is((select string_agg(reason, ' ') from rigger.events), 'r5', 'and no more');

select * from finish();
rollback;
