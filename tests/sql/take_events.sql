-- take_events: what it hands out, and when. It has to be the first in its transaction to write, so it is
-- called before the transaction of the tests begins, and what it wrote is taken back afterwards.
create extension dblink;
select dblink_connect('older', format('host=%s port=%s dbname=%s user=%s',
  split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(),
  current_user))
\g /dev/null
select dblink_exec('older', 'begin'), dblink_exec('older', 'create temporary table writes (a int)')
\g /dev/null
insert into rigger.events (event_id, channel, reason, payload)
select 1000 + i, 'events', 'r' || i, '{}' from generate_series(1, 5) as i;
insert into rigger.event_consumers (consumer, settled_to) values ('third', 1003), ('limited', 1003);

select count(*) as unsettled from rigger.take_events('new', 10) \gset
select string_agg(event_id::text, ' ' order by event_id) as settled from rigger.take_events('third', 10) \gset
select count(*) as again from rigger.take_events('third', 10) \gset
update rigger.event_consumers set taken_at = now() - interval '61 seconds' where consumer = 'third';
select count(*) as late from rigger.take_events('third', 2) \gset
update rigger.limits set value = 2 where name = 'events.taken';
select count(*) as limited from rigger.take_events('limited', 10) \gset
update rigger.limits set value = initial where name = 'events.taken';

begin;
select plan(5);
select is(:unsettled, 0, 'what an older transaction may still precede is not handed out');
select is(:'settled'::text, '1001 1002 1003', 'what is settled is handed out');
select is(:again, 0, 'nothing more until it is acknowledged');
select is(:late, 2, 'or a minute is over');
select is(:limited, 2, 'at once no more than a limit says');
select * from finish();
rollback;

select dblink_disconnect('older')
\g /dev/null
drop extension dblink;
delete from rigger.event_consumers where consumer in ('new', 'third', 'limited');
delete from rigger.events;
