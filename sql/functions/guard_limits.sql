-- Purpose: trigger on rigger.limits: a value may be changed within its bounds, and nothing else. What would
--   not work is refused to the administrator who writes it, and never found by a request or the reaper.
-- Parameters: none; the row that is written.
-- Returns: that row, as a trigger has to.
-- Tables: rigger.limits (read).
create or replace function rigger.guard_limits()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
  v_lifetime numeric;
  v_storing numeric;
begin
  -- rule: limit.insert
  if tg_op = 'INSERT' then
    raise exception 'there is no limit "%"', new.name
      using errcode = 'check_violation',
      hint = '"select name, value, unit, purpose from rigger.limits" shows those there are.';
  -- rule: limit.delete
  elsif tg_op in ('DELETE', 'TRUNCATE') then
    raise exception 'a limit cannot be deleted'
      using errcode = 'check_violation',
      hint = 'Change its value; its column "initial" says what it was at first.';
  -- rule: limit.only_values
  elsif (new.name, new.initial, new.unit, new.minimum, new.maximum, new.purpose)
        is distinct from (old.name, old.initial, old.unit, old.minimum, old.maximum, old.purpose) then
    raise exception 'of the limit "%" nothing but its value can be changed', old.name
      using errcode = 'check_violation';
  -- rule: limit.bounds
  elsif new.value is null or new.value not between new.minimum and new.maximum
        or new.unit <> 'factor' and new.value <> trunc(new.value) then
    raise exception 'the limit "%" cannot be %: it is a % from % to % (%)', new.name,
      coalesce(new.value::text, 'null'), case new.unit when 'factor' then 'number' else 'whole number' end,
      new.minimum, new.maximum, new.unit
      using errcode = 'check_violation', hint = new.purpose;
  end if;

  -- Two administrators who change one limit each must not pass each other by.
  perform pg_advisory_xact_lock(hashtext('rigger.limits'));
  select max(l.value) filter (where l.name = 'token.lifetime'),
         max(l.value) filter (where l.name = 'claim.challenge_stored_within')
  into v_lifetime, v_storing
  from (select l.name, case l.name when new.name then new.value else l.value end as value
        from rigger.limits l) l;
  -- rule: limit.token_outlives_challenge
  if v_storing >= v_lifetime then
    raise exception 'the limit "claim.challenge_stored_within" (%) must be below "token.lifetime" (%)',
      v_storing, v_lifetime
      using errcode = 'check_violation', hint = 'A pod answers its challenge with the token it claimed with.';
  end if;
  return new;
end
$$;
comment on function rigger.guard_limits() is
  'Trigger: of a limit only the value may change, within its bounds.';
