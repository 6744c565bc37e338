-- Purpose: trigger on rigger.settings: what would not work is refused to the administrator who writes it, and
--   never found by a request or by the background.
-- Parameters: none; the row that is written.
-- Returns: that row, as a trigger has to.
-- Tables: none.
create or replace function rigger.guard_settings()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
  v_wanted text := case new.key
    when 'environment_rules' then 'an object of rules'
    when 'serve_unbilled' then 'the name of a generation, as text'
    when 'events_pruned_to' then 'a time, as text'
  end;
begin
  -- rule: setting.unknown
  if v_wanted is null then
    raise exception 'there is no setting "%"', new.key
      using errcode = 'check_violation',
      hint = 'There are environment_rules, serve_unbilled and events_pruned_to. Limits are in rigger.limits.';
  end if;
  begin
    if new.key = 'events_pruned_to' then
      perform (new.value #>> '{}')::timestamptz;
    end if;
  exception
    when data_exception then
      new.value := null;
  end;
  -- rule: setting.value
  if new.value is null
     or jsonb_typeof(new.value) <>
        (case new.key when 'environment_rules' then 'object' else 'string' end) then
    raise exception 'the setting "%" has to be %', new.key, v_wanted using errcode = 'check_violation';
  end if;
  return new;
end
$$;
comment on function rigger.guard_settings() is
  'Trigger: of settings there are those that are known, with values that can be read.';
