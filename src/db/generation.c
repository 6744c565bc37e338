/* See generation.h. */
#include "db/generation.h"

#include <stdlib.h>
#include <string.h>

static const char encoding_sql[] = "select getdatabaseencoding() where getdatabaseencoding() <> 'UTF8'";
/* The function of an earlier release may return something else. */
static const char schema_sql[] =
    "create schema if not exists rigger; drop function if exists rigger.generation()";
static const char name_sql[] = "select generation from rigger.generation()";
static const char unserved_sql[] = "select unserved from rigger.generation()";
static const char may_be_accepted_sql[] = "select 1 from rigger.generation() where may_be_accepted";
static const char settings_sql[] = "select to_regclass('rigger.settings')::text";
static const char accepted_sql[] =
    "select 1 from rigger.settings where key = 'serve_unbilled' and value = to_jsonb($1::text)";
static const char accept_sql[] =
    "insert into rigger.settings (key, value) values ('serve_unbilled', to_jsonb($1::text))"
    " on conflict (key) do update set value = excluded.value, updated_at = now()";

/* Whether the statement returns a row. */
static bool ask_whether(struct script *script, const char *sql, int count, const char *const *parameters,
                        bool *is_so)
{
    char *value = NULL;
    bool done = script_ask(script, sql, count, parameters, &value);

    *is_so = value != NULL;
    free(value);
    return done;
}

static bool check_encoding(struct script *script)
{
    char *encoding = NULL;
    bool done = script_ask(script, encoding_sql, 0, NULL, &encoding);

    if (encoding != NULL)
        done = script_fail(script, "rigger migrate",
                           "the database is encoded in %s, and must be in UTF8; nothing was made", encoding);
    free(encoding);
    return done;
}

static bool look_for_acceptance(struct script *script, struct generation *found)
{
    const char *const parameters[] = { found->name };
    bool settings = false;
    bool done = ask_whether(script, settings_sql, 0, NULL, &settings);

    return done && (!settings || ask_whether(script, accepted_sql, 1, parameters, &found->accepted));
}

bool generation_look(struct script *script, const char *definition, struct generation *found)
{
    *found = (struct generation){ 0 };
    if (!check_encoding(script))
        return false;
    if (definition == NULL)
        return true;
    return script_run(script, "rigger migrate", schema_sql) &&
           script_run(script, "functions/generation.sql", definition) &&
           script_ask(script, name_sql, 0, NULL, &found->name) &&
           script_ask(script, unserved_sql, 0, NULL, &found->unserved) &&
           ask_whether(script, may_be_accepted_sql, 0, NULL, &found->may_be_accepted) &&
           look_for_acceptance(script, found);
}

void generation_free(struct generation *generation)
{
    free(generation->name);
    free(generation->unserved);
}

bool generation_accept(struct script *script, const struct generation *generation)
{
    const char *const parameters[] = { generation->name };

    return script_ask(script, accept_sql, 1, parameters, NULL);
}
