-- Purpose: the limits, for everybody who may look.
-- Tables: rigger.limits.
create or replace view rigger.v_limits as
select l.name, l.value, l.unit, l.initial, l.minimum, l.maximum, l.purpose
from rigger.limits l;

comment on view rigger.v_limits is 'The limits that functions and views apply; set_limit() changes one.';
comment on column rigger.v_limits.name is 'Name: what it limits, a dot, how.';
comment on column rigger.v_limits.value is 'The limit that holds now.';
comment on column rigger.v_limits.unit is 'Unit of the values.';
comment on column rigger.v_limits.initial is 'What it is where nobody has changed it.';
comment on column rigger.v_limits.minimum is 'The least value that may be set.';
comment on column rigger.v_limits.maximum is 'The greatest value that may be set.';
comment on column rigger.v_limits.purpose is 'What it is for.';
