-- Looks into the bodies of all functions in SQL, which were not looked at while they were made: they may call
-- each other in any order. A name that does not exist stops the migration here.

set local check_function_bodies = on;

select pg_catalog.fmgr_sql_validator(p.oid)
from pg_proc p
join pg_language l on l.oid = p.prolang
where p.pronamespace = 'rigger'::regnamespace
  and l.lanname = 'sql';
