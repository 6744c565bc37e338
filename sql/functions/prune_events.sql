-- Purpose: forgets old events that every consumer is done with: at most so many in one call as the limit
--   events.pruned says.
-- Parameters: how old an event must be.
-- Returns: how many were forgotten.
-- Calls: bound_waits, limit_of.
-- Tables: rigger.events, rigger.settings (written: events_pruned_to, which check_invariants() minds),
--   rigger.event_consumers (read).
-- Role: rigger_app, rigger_admin
create or replace function rigger.prune_events(p_older_than interval)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_pruned_to timestamptz;
  v_count bigint;
begin
  perform rigger.bound_waits('lock.waited_slow');
  with doomed as (
    delete from rigger.events e
    where e.event_id in (
      select o.event_id
      from rigger.events o
      where o.created_at < now() - p_older_than
        -- rule: events.pruned
        and o.event_id <= coalesce((select min(c.last_event_id) from rigger.event_consumers c), o.event_id)
      order by o.created_at
      -- rule: events.pruned_count
      limit rigger.limit_of('events.pruned'))
    returning e.created_at)
  select count(*), max(created_at)
  into v_count, v_pruned_to
  from doomed;
  if v_count > 0 then
    insert into rigger.settings as s (key, value)
    values ('events_pruned_to', to_jsonb(v_pruned_to))
    on conflict (key) do update
    -- What is no time is from before that was refused.
    set value = to_jsonb(greatest(case when s.value #>> '{}' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T'
                                       then (s.value #>> '{}')::timestamptz end, v_pruned_to)),
        updated_at = now();
  end if;
  return v_count;
end
$$;
comment on function rigger.prune_events(interval) is 'Forgets old events that every consumer is done with.';
