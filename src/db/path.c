/* See path.h. */
#include "db/path.h"

#include <stdlib.h>

/* The function of an earlier release may return something else. */
static const char schema_sql[] =
    "create schema if not exists rigger; drop function if exists rigger.check_path()";
static const char needs_public_sql[] = "select needs_public from rigger.check_path()";
static const char unsafe_sql[] = "select unsafe from rigger.check_path()";
static const char cure_sql[] = "select cure from rigger.check_path()";
static const char differs_sql[] =
    "select 1 from pg_proc p cross join unnest(p.proconfig) as s (setting)"
    " where p.pronamespace = 'rigger'::regnamespace and (p.prosecdef or p.prorettype = 'trigger'::regtype)"
    " and s.setting like 'search_path=%' and (s.setting ~ '\\mpublic\\M') <> $1::boolean limit 1";

bool path_look(struct script *script, const char *definition, struct path *found)
{
    *found = (struct path){ 0 };
    if (definition == NULL)
        return true;
    return script_run(script, "rigger migrate", schema_sql) &&
           script_run(script, "functions/check_path.sql", definition) &&
           script_ask(script, needs_public_sql, 0, NULL, &found->needs_public) &&
           script_ask(script, unsafe_sql, 0, NULL, &found->unsafe) &&
           script_ask(script, cure_sql, 0, NULL, &found->cure);
}

void path_free(struct path *path)
{
    free(path->needs_public);
    free(path->unsafe);
    free(path->cure);
}

bool path_judge(struct script *script, const struct path *found)
{
    if (found->unsafe == NULL)
        return true;
    return script_fail(script, "rigger migrate", "%s%s%s\n  nothing was made or changed%s%s", found->unsafe,
                       found->needs_public != NULL
                           ? "\n  these name tables without a schema, so Rigger has to look there: "
                           : "",
                       found->needs_public != NULL ? found->needs_public : "",
                       found->cure != NULL ? "\n  hint: " : "", found->cure != NULL ? found->cure : "");
}

bool path_stands(struct script *script, const struct path *found, bool *stands)
{
    const char *const parameters[] = { found->needs_public != NULL ? "true" : "false" };
    char *differs = NULL;
    bool done = script_ask(script, differs_sql, 1, parameters, &differs);

    *stands = differs == NULL;
    free(differs);
    return done;
}
