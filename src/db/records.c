/* See records.h. */
#include "db/records.h"

#include <stdlib.h>

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#define PATHS_MAX_BYTES 65536

static const char there_sql[] = "select to_regclass('rigger.schema_version')::text";
static const char complete_sql[] = "select 1 from pg_attribute where attname = 'release' and not attisdropped"
                                   " and attrelid = to_regclass('rigger.schema_version')";
static const char make_sql[] =
    "create schema if not exists rigger;"
    " create table if not exists rigger.migrations ("
    "   path text primary key,"
    "   checksum text not null,"
    "   applied_at timestamptz not null default now());"
    " comment on table rigger.migrations is 'Which files of sql/migrations have been applied.';"
    " comment on column rigger.migrations.path is 'The file.';"
    " comment on column rigger.migrations.checksum is 'BLAKE2b-256 of its text; an applied file never "
    "changes.';"
    " comment on column rigger.migrations.applied_at is 'When.';"
    " create table if not exists rigger.schema_version ("
    "   one boolean primary key default true check (one),"
    "   version text not null,"
    "   applied_at timestamptz not null default now());"
    " alter table rigger.schema_version add column if not exists release text;"
    " comment on table rigger.schema_version is 'The one row that says which sql/ this schema was made "
    "from.';"
    " comment on column rigger.schema_version.one is 'Keeps it one row.';"
    " comment on column rigger.schema_version.version is 'Digest over all files.';"
    " comment on column rigger.schema_version.applied_at is 'When.';"
    " comment on column rigger.schema_version.release is 'The release that made it; an older one makes no "
    "other.'";

static const char unknown_sql[] =
    "select string_agg(path, ', ' order by path) from rigger.migrations where path <> all ($1::text[])";
static const char behind_sql[] =
    "select 1 from unnest($1::text[]) as f (path) where path like 'migrations/%'"
    " and not exists (select from rigger.migrations m where m.path = f.path) limit 1";
/* The table may be from before there was that column. */
static const char newer_sql[] =
    "select r.release from (select to_jsonb(v) ->> 'release' as release from rigger.schema_version v) r"
    " where string_to_array(substring(r.release from '^[0-9]+(?:[.][0-9]+)*'), '.')::integer[]"
    "     > string_to_array(substring($1 from '^[0-9]+(?:[.][0-9]+)*'), '.')::integer[]";
static const char version_sql[] = "select version from rigger.schema_version";
static const char set_version_sql[] =
    "insert into rigger.schema_version (version, release) values ($1, $2)"
    " on conflict (one) do update set version = $1, release = $2, applied_at = now()";

static bool ask_whether(struct script *script, const char *sql, bool *is_so)
{
    char *value = NULL;
    bool done = script_ask(script, sql, 0, NULL, &value);

    *is_so = value != NULL;
    free(value);
    return done;
}

bool records_are_there(struct script *script, bool *there)
{
    return ask_whether(script, there_sql, there);
}

bool records_make(struct script *script, bool *changed)
{
    bool complete = false;
    bool done = ask_whether(script, complete_sql, &complete);

    *changed = !complete;
    return done && (complete || script_run(script, "rigger migrate", make_sql));
}

/* Asks with the paths of the files as the parameter. */
static bool ask_with_paths(struct script *script, const char *sql, const struct sql_file *files,
                           unsigned count, char **value)
{
    struct buf paths;
    bool done;

    *value = NULL;
    buf_init(&paths, PATHS_MAX_BYTES);
    buf_puts(&paths, "{");
    for (unsigned i = 0; i < count; i++)
        buf_printf(&paths, "%s\"%s\"", i > 0 ? "," : "", files[i].path);
    buf_puts(&paths, "}");
    if (paths.failed) {
        done = script_fail(script, "rigger migrate", "out of memory");
    } else {
        const char *const parameters[] = { paths.data };

        done = script_ask(script, sql, 1, parameters, value);
    }
    buf_free(&paths);
    return done;
}

bool records_refuse_newer(struct script *script, const struct sql_file *files, unsigned count)
{
    const char *const own[] = { PACKAGE_VERSION };
    char *unknown = NULL, *newer = NULL;
    bool done = ask_with_paths(script, unknown_sql, files, count, &unknown);

    if (done && unknown == NULL)
        done = script_ask(script, newer_sql, 1, own, &newer);
    if (unknown != NULL)
        done =
            script_fail(script, unknown, "applied by a newer program; this one is too old for the database");
    else if (newer != NULL)
        done = script_fail(script, "rigger migrate",
                           "release %s has made this schema; this program, " PACKAGE_VERSION
                           ", is too old for the database",
                           newer);
    free(unknown);
    free(newer);
    return done;
}

bool records_are_behind(struct script *script, const struct sql_file *files, unsigned count, bool *behind)
{
    char *one = NULL;
    bool done = ask_with_paths(script, behind_sql, files, count, &one);

    *behind = one != NULL;
    free(one);
    return done;
}

bool records_version(struct script *script, char **version)
{
    return script_ask(script, version_sql, 0, NULL, version);
}

bool records_set_version(struct script *script, const char *version)
{
    const char *const parameters[] = { version, PACKAGE_VERSION };

    return script_ask(script, set_version_sql, 2, parameters, NULL);
}
