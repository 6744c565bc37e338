-- Purpose: what an administrator should put right while everything goes on: /readyz shows it with its 200,
--   riggerctl status shows it and ends with an error, the background process logs it.
-- Parameters: none.
-- Returns: a row a warning: a sentence that says what is wrong and what cures it.
-- Calls: bound_waits, check_path.
-- Tables: rigger.duties, rigger.troubles (read).
-- Role: rigger_app, rigger_admin
create or replace function rigger.warnings()
returns table (warning text)
language plpgsql
stable
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_path record;
  v_has_public boolean;
begin
  perform rigger.bound_waits('lock.waited_fast');
  select * into v_path from rigger.check_path() c;
  -- rule: warnings.path
  if v_path.unsafe is not null then
    warning := v_path.unsafe || coalesce(': ' || v_path.cure, '');
    return next;
  end if;

  v_has_public := exists (
    select
    from pg_proc p
    cross join unnest(p.proconfig) as s (setting)
    where p.pronamespace = 'rigger'::regnamespace
      and (p.prosecdef or p.prorettype = 'trigger'::regtype)
      and s.setting like 'search_path=%'
      and s.setting ~ '\mpublic\M');
  -- rule: warnings.needs_public
  if v_path.needs_public is not null and not v_has_public then
    warning := format('%s needs "public" in the search_path of Rigger''s functions: run rigger migrate',
                      v_path.needs_public);
    return next;
  -- rule: warnings.public
  elsif v_path.needs_public is null and v_has_public then
    warning := 'nothing needs "public" in the search_path of Rigger''s functions now: run rigger migrate';
    return next;
  end if;

  -- A function cannot limit the statement that calls it, a pooled connection is not ours to set one on, and
  -- what a role is a member of hands none down.
  -- rule: warnings.statement_timeout
  if current_setting('statement_timeout') = '0' then
    return query
    select format('the login role %1$s has no statement_timeout: '
                  'alter role %1$I set statement_timeout = ''5s''', r.rolname)
    from pg_roles r
    join pg_roles a on a.rolname = 'rigger_app' and pg_has_role(r.oid, a.oid, 'usage')
    where r.rolcanlogin
      and not r.rolsuper
      and not exists (
        select
        from pg_db_role_setting s
        cross join unnest(s.setconfig) as c (setting)
        -- rule: warnings.has_timeout
        where s.setrole in (0, r.oid)
          and s.setdatabase in (0, (select d.oid from pg_database d where d.datname = current_database()))
          and c.setting like 'statement_timeout=%'
          and c.setting <> 'statement_timeout=0')
    order by r.rolname;
  end if;

  -- rule: warnings.duties
  return query
  select format('the %s has failed %s times in a row since %s: %s', d.duty, d.failures,
                to_char(d.since, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), d.error)
  from rigger.duties d
  order by d.duty;
  -- rule: warnings.troubles
  return query
  select format('the %s cannot do %s items and goes on without them, see rigger.troubles: %s (SQLSTATE %s)',
                t.duty, count(*), min(t.item), min(t.sqlstate))
  from rigger.troubles t
  group by t.duty
  order by t.duty;
end
$$;
comment on function rigger.warnings() is 'What an administrator should put right while everything goes on.';
