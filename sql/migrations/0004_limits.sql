-- The limits that SQL functions and views apply, a row each. This makes the table; what stands in it is
-- written by sql/limits.sql, and watched by the trigger check_limits.

create table rigger.limits (
  name text primary key,
  value numeric not null,
  initial numeric not null,
  unit text not null check (unit in ('seconds', 'factor', 'GB', 'instances', 'hotkeys', 'rows', 'files',
                                     'verifications')),
  minimum numeric not null,
  maximum numeric not null,
  purpose text not null,
  constraint limits_value_within_bounds check (value between minimum and maximum)
);
comment on table rigger.limits is
  'The limits that functions and views apply. Set a value with set_limit(): it holds at once.';
comment on column rigger.limits.name is 'Name: what it limits, a dot, how.';
comment on column rigger.limits.value is 'The limit that holds now.';
comment on column rigger.limits.initial is 'What it is where nobody has changed it.';
comment on column rigger.limits.unit is 'Unit of value, initial, minimum and maximum.';
comment on column rigger.limits.minimum is 'The least value that may be set.';
comment on column rigger.limits.maximum is 'The greatest value that may be set.';
comment on column rigger.limits.purpose is 'What it is for.';

-- The setting unverified_instance_seconds becomes the limit instance.verified_within. Nothing ever checked
-- it: what is no number is left out, and what is out of bounds goes to the next bound.
do $$
declare
  v_setting constant jsonb := (select s.value
                               from rigger.settings s
                               where s.key = 'unverified_instance_seconds');
  v_seconds numeric;
begin
  begin
    v_seconds := round((v_setting #>> '{}')::numeric);
  exception
    when data_exception then
      raise notice 'the setting unverified_instance_seconds is %, which is no number: it is left out',
        v_setting;
  end;
  if v_seconds is not null then
    insert into rigger.limits (name, value, initial, unit, minimum, maximum, purpose)
    values ('instance.verified_within', least(greatest(v_seconds, 10), 604800), 3600, 'seconds', 10, 604800,
            'Written by sql/limits.sql.');
  end if;
  delete from rigger.settings where key = 'unverified_instance_seconds';
end
$$;

comment on column rigger.gpu_models.estimate_seconds is
  'Seconds an honest GPU needs; the time limit is this times the limit challenge.time_factor.';
comment on table rigger.used_signatures is
  'Hotkey signatures that have had their one effect; kept as long as the limit signature.remembered says.';
