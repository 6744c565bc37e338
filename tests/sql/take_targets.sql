-- take_targets, and what take_messages makes of the same events. As in take_events.sql they are called before
-- the transaction of the tests begins, and what was written is taken back afterwards.
insert into rigger.events (event_id, channel, reason, payload, created_at)
values (2001, 'events', 'r', '{}', now()),
       (2002, 'targets', 'target_set', '{"data": {"chute_id": "a", "target_count": 5}}', now()),
       (2003, 'targets', 'target_set', '{"data": {"chute_id": "b", "target_count": 7}}', now()),
       (2004, 'targets', 'target_set', '{"data": {"chute_id": "a", "target_count": 6}}', now()),
       (2005, 'targets', 'target_set', '{"data": {"chute_id": "c", "target_count": 8}}',
        now() - interval '3701 seconds'),
       (2006, 'events', 'r', '{}', now());
insert into rigger.event_consumers (consumer, settled_to)
values ('all', 2006), ('two', 2006), ('four', 2006), ('messages', 2006), ('long', 2006);

select string_agg(concat_ws(' ', event_id, chute_id, target_count), ', ' order by event_id) as all,
       min(seconds) between 3600 and 3700 as lives
from rigger.take_targets('all', 10) \gset
select coalesce(string_agg(concat_ws(' ', event_id, chute_id, target_count), ', '), 'none') as two
from rigger.take_targets('two', 2) \gset
select string_agg(concat_ws(' ', event_id, chute_id, target_count), ', ' order by event_id) as four
from rigger.take_targets('four', 4) \gset
update rigger.limits set value = 4000 where name = 'target.told';
select string_agg(concat_ws(' ', event_id, chute_id, target_count), ', ' order by event_id) as long
from rigger.take_targets('long', 5) \gset
update rigger.limits set value = initial where name = 'target.told';
select string_agg(concat_ws(' ', event_id, channel, message), ', ' order by event_id) as messages
from rigger.take_messages('messages', 10) \gset

insert into rigger.events (event_id, channel, reason, payload)
values (2007, 'targets', 'target_set', '{"data": {"chute_id": "d", "target_count": "many"}}'),
       (2008, 'targets', 'target_set', '{"data": {"chute_id": "e", "target_count": 9}}');
insert into rigger.event_consumers (consumer, settled_to) values ('poison', 2008);
select string_agg(concat_ws(' ', event_id, chute_id, target_count), ', ' order by event_id) as poison
from rigger.take_targets('poison', 10) \gset

begin;
select plan(7);
select is(:'all'::text, '2003 b 7, 2004 a 6, 2006',
          'the newest target of each chute, unless its time is over, and the last event, for it has none');
select is(:'lives'::boolean, true, 'a target stands for what is left of its time');
select is(:'two'::text, '2002', 'one that a later target follows is not told, and to be acknowledged');
select is(:'four'::text, '2003 b 7, 2004 a 6', 'a target that is the last event is told once');
select is(:'poison'::text, '2003 b 7, 2004 a 6, 2008 e 9', 'what is no target does not stop the others');
select is(:'long'::text, '2003 b 7, 2004 a 6, 2005 c 8', 'its time is a limit');
select is(:'messages'::text, '2001 events {}, 2002, 2003, 2004, 2005, 2006 events {}',
          'to socket servers targets are nothing, and to be acknowledged');
select * from finish();
rollback;

delete from rigger.event_consumers;
delete from rigger.events;
