/* See rights.h. */
#include "db/rights.h"

#include <stdlib.h>

/* Of a view PostgreSQL says that its rule depends on something. Triggers on the network's tables that call
 * our functions are ours. */
static const char dependents_sql[] =
    "select string_agg(distinct pg_describe_object(o.class, o.id, 0), ', ')"
    " from pg_depend d"
    " left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid"
    " cross join lateral (select case when r.oid is null then d.classid else 'pg_class'::regclass end as "
    "class,"
    "                            coalesce(r.ev_class, d.objid) as id) o"
    " where d.deptype in ('n', 'a')"
    "   and (d.refclassid = 'pg_proc'::regclass"
    "        and exists (select from pg_proc p where p.oid = d.refobjid"
    "                    and p.pronamespace = to_regnamespace('rigger'))"
    "        or d.refclassid = 'pg_class'::regclass"
    "        and exists (select from pg_class c where c.oid = d.refobjid"
    "                    and c.relnamespace = to_regnamespace('rigger')"
    "                    and (c.relkind = 'v' or $1::boolean)))"
    "   and (o.class = 'pg_class'::regclass"
    "        and exists (select from pg_class c where c.oid = o.id"
    "                    and c.relnamespace <> to_regnamespace('rigger'))"
    "        or o.class = 'pg_proc'::regclass"
    "        and exists (select from pg_proc p where p.oid = o.id"
    "                    and p.pronamespace <> to_regnamespace('rigger')))";

/* Sequences go with their tables, which stay. */
static const char keep_sql[] =
    "create temporary table rigger_kept on commit drop as"
    " select 'routine' as kind, p.oid::regprocedure::text as object, p.oid::regproc::text as name,"
    "        a.grantee::regrole::text as role, a.privilege_type as what, a.is_grantable"
    " from pg_proc p cross join lateral aclexplode(p.proacl) a"
    " where p.pronamespace = 'rigger'::regnamespace and a.grantee not in (0, p.proowner)"
    " union all"
    " select 'table', c.oid::regclass::text, null, a.grantee::regrole::text, a.privilege_type, a.is_grantable"
    " from pg_class c cross join lateral aclexplode(c.relacl) a"
    " where c.relnamespace = 'rigger'::regnamespace and c.relkind = 'v' and a.grantee not in (0, c.relowner)"
    " union all"
    " select 'table', c.oid::regclass::text, null, a.grantee::regrole::text,"
    "        format('%s (%I)', a.privilege_type, t.attname), a.is_grantable"
    " from pg_class c join pg_attribute t on t.attrelid = c.oid"
    " cross join lateral aclexplode(t.attacl) a"
    " where c.relnamespace = 'rigger'::regnamespace and c.relkind = 'v' and a.grantee not in (0, c.relowner);"
    " delete from pg_temp.rigger_kept where role in ('rigger_app', 'rigger_read', 'rigger_admin')";

/* A function whose parameters have changed is told by its name, of which there is one. */
static const char give_back_sql[] =
    "do $$"
    " declare"
    "   kept record;"
    " begin"
    "   for kept in"
    "     select k.*, case k.kind when 'routine'"
    "                 then coalesce(to_regprocedure(k.object), to_regproc(k.name)::regprocedure)::text"
    "                 else to_regclass(k.object)::text end as now_there"
    "     from pg_temp.rigger_kept k order by k.object, k.role, k.what"
    "   loop"
    "     if kept.now_there is null then"
    "       raise notice '% had % on %, which there is no more', kept.role, kept.what, kept.object;"
    "       continue;"
    "     end if;"
    "     begin"
    "       execute format('grant %s on %s %s to %s%s', kept.what, kept.kind, kept.now_there, kept.role,"
    "                      case when kept.is_grantable then ' with grant option' else '' end);"
    "     exception"
    "       when undefined_column then"
    "         raise notice '% had % on %, which there is no more', kept.role, kept.what, kept.object;"
    "     end;"
    "   end loop;"
    " end"
    " $$";

static const char digest_sql[] =
    "select md5(string_agg(a.line, ',' order by a.line))"
    " from (select format('%s %s', p.oid, x) from pg_proc p"
    "       cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x"
    "       where p.pronamespace = 'rigger'::regnamespace"
    "       union all"
    "       select format('%s %s', c.oid, x) from pg_class c"
    "       cross join lateral aclexplode(c.relacl) x"
    "       where c.relnamespace = 'rigger'::regnamespace"
    "       union all"
    "       select format('%s %s', n.oid, x) from pg_namespace n"
    "       cross join lateral aclexplode(n.nspacl) x"
    "       where n.nspname = 'rigger') as a (line)";

bool rights_check_dependents(struct script *script, bool tables_too)
{
    const char *const parameters[] = { tables_too ? "true" : "false" };
    char *names = NULL;
    bool done = script_ask(script, dependents_sql, 1, parameters, &names);

    if (names != NULL)
        done = script_fail(script, "rigger migrate",
                           "these stand on functions, views or tables of Rigger's that are made anew: %s\n"
                           "  nothing was made or changed\n"
                           "  hint: drop them, migrate, and make them again",
                           names);
    free(names);
    return done;
}

bool rights_keep(struct script *script)
{
    return script_run(script, "rights of others", keep_sql);
}

bool rights_give_back(struct script *script)
{
    return script_run(script, "rights of others", give_back_sql);
}

bool rights_digest(struct script *script, char **digest)
{
    return script_ask(script, digest_sql, 0, NULL, digest);
}
