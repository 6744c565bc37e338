/* Brings a database to the schema of this program. Tables change by numbered migrations, each applied once;
 * all the rest is made anew whenever any of it changed, so that what runs is what stands in sql/. It must be
 * safe beside running responders and beside itself. */
#include "db/migrate.h"

#include "core/clock.h"
#include "core/encode.h"
#include "db/generation.h"
#include "db/path.h"
#include "db/records.h"
#include "db/rights.h"
#include "db/script.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST_BYTES     32
#define TRIES_MAX        20
#define TRY_PAUSE_MS     500
#define MIGRATION_PREFIX "migrations/"

/* Nothing is inherited from the account or the database. Read committed, so that what another run committed
 * while this one waited for the lock is seen. */
static const char begin_sql[] = "begin isolation level read committed read write;"
                                " set local statement_timeout = 0;"
                                " set local idle_in_transaction_session_timeout = 0;"
                                " set local lock_timeout = 0;"
                                " set local search_path = pg_catalog, pg_temp;"
                                " set local client_min_messages = notice";

/* Functions may call others that are made after them; sql/validate.sql looks into all bodies at the end. */
static const char file_settings_sql[] =
    "set local search_path = pg_catalog, pg_temp; set local check_function_bodies = off";

/* The lock is the transaction's and not the session's: behind a pooler that would outlive the program. */
static const char try_lock_sql[] = "select pg_try_advisory_xact_lock(hashtextextended('rigger migrate', 0))";
static const char lock_sql[] = "select pg_advisory_xact_lock(hashtextextended('rigger migrate', 0))::text";

/* Who waits for a table's lock keeps everybody else waiting behind him: rather give up soon and come again.
 */
static const char lock_timeout_sql[] = "set local lock_timeout = '2s'";

static const char checksum_sql[] = "select checksum from rigger.migrations where path = $1";
static const char record_sql[] = "insert into rigger.migrations (path, checksum) values ($1, $2)";

/* `create or replace` cannot change a function's result or a view's columns, and leaves behind what has no
 * file any more. So everything in the schema that is not a table goes first; grants.sql, which comes last,
 * grants anew. Without `cascade`: what an administrator built upon it is not ours to drop; rights.c has named
 * it before anything changes. */
static const char drop_sql[] =
    "do $$"
    " declare"
    "   doomed text;"
    " begin"
    "   for doomed in"
    "     select format('drop trigger %I on %s', t.tgname, t.tgrelid::regclass)"
    "     from pg_trigger t join pg_proc p on p.oid = t.tgfoid"
    "     where p.pronamespace = 'rigger'::regnamespace and not t.tgisinternal and t.tgparentid = 0"
    "     order by t.tgrelid::regclass::text, t.tgname"
    "   loop"
    "     execute doomed;"
    "   end loop;"
    "   for doomed in"
    "     select format('drop %s %s', kind, string_agg(object, ', '))"
    "     from ("
    "       select 1 as turn, 'view' as kind, c.oid::regclass::text as object, c.oid, 'pg_class'::regclass "
    "as class"
    "       from pg_class c where c.relnamespace = 'rigger'::regnamespace and c.relkind = 'v'"
    "       union all"
    "       select 2, 'routine', p.oid::regprocedure::text, p.oid, 'pg_proc'::regclass"
    "       from pg_proc p where p.pronamespace = 'rigger'::regnamespace) as ours"
    "     where not exists ("
    "       select from pg_depend d where d.classid = ours.class and d.objid = ours.oid and d.deptype = 'e')"
    "     group by turn, kind"
    "     order by turn"
    "   loop"
    "     execute doomed;"
    "   end loop;"
    " end"
    " $$";

/* One run over one list of files. */
struct migration {
    struct script script;
    const struct sql_file *files;
    unsigned count;
    unsigned done; /* transactions that changed something */
    struct generation generation;
    struct path path;
    bool serve_unbilled;
    FILE *out;
};

/* The work of one transaction. *changed false: there is nothing to commit. */
typedef bool migrate_work(struct migration *migration, const struct sql_file *file, bool *changed);

static bool is_migration(const struct sql_file *file)
{
    return strncmp(file->path, MIGRATION_PREFIX, strlen(MIGRATION_PREFIX)) == 0;
}

static void digest_text(const struct sql_file *file, char checksum[MIGRATE_VERSION_BYTES])
{
    unsigned char digest[DIGEST_BYTES];

    crypto_generichash(digest, sizeof(digest), file->text, file->length, NULL, 0);
    hex_encode(checksum, digest, sizeof(digest));
}

void migrate_version_of(const struct sql_file *files, unsigned count, char version[MIGRATE_VERSION_BYTES])
{
    unsigned char digest[DIGEST_BYTES];
    char checksum[MIGRATE_VERSION_BYTES];
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof(digest));
    for (unsigned i = 0; i < count; i++) {
        digest_text(&files[i], checksum);
        crypto_generichash_update(&state, (const unsigned char *)files[i].path, strlen(files[i].path) + 1);
        crypto_generichash_update(&state, (const unsigned char *)checksum, sizeof(checksum));
    }
    crypto_generichash_final(&state, digest, sizeof(digest));
    hex_encode(version, digest, sizeof(digest));
}

const char *migrate_schema_version(void)
{
    static char version[MIGRATE_VERSION_BYTES];

    if (version[0] == '\0')
        migrate_version_of(sql_files, sql_file_count, version);
    return version;
}

static bool lock(struct migration *migration)
{
    struct script *script = &migration->script;
    char *free_now = NULL;
    bool done = script_run(script, "rigger migrate", begin_sql) &&
                script_ask(script, try_lock_sql, 0, NULL, &free_now);

    if (done && (free_now == NULL || strcmp(free_now, "t") != 0)) {
        fprintf(migration->out, "waiting for another migration\n");
        fflush(migration->out);
        done = script_ask(script, lock_sql, 0, NULL, NULL);
    }
    free(free_now);
    return done && script_run(script, "rigger migrate", lock_timeout_sql);
}

static bool try_once(struct migration *migration, migrate_work *work, const struct sql_file *file)
{
    struct script *script = &migration->script;
    bool changed = true;
    bool done = lock(migration) && work(migration, file, &changed);

    if (done && changed) {
        done = script_commit(script);
        migration->done += done ? 1 : 0;
    } else if (PQtransactionStatus(script->connection) != PQTRANS_IDLE) {
        PQclear(PQexec(script->connection, "rollback"));
    }
    return done;
}

/* Does the work in a transaction under the lock, again where traffic on the tables got in its way. */
static bool transact(struct migration *migration, migrate_work *work, const struct sql_file *file,
                     const char *what)
{
    const char *sqlstate = migration->script.sqlstate;
    unsigned done_before = migration->done;

    for (int tries = 1; !try_once(migration, work, file); tries++) {
        if ((strcmp(sqlstate, "55P03") != 0 && strcmp(sqlstate, "40P01") != 0) || tries == TRIES_MAX)
            return false;
        fprintf(migration->out, "%s: others hold locks; trying again\n", what);
        fflush(migration->out);
        clock_sleep_ms(TRY_PAUSE_MS);
    }
    if (migration->done > done_before)
        fprintf(migration->out, "%s: done\n", what);
    return true;
}

static bool run_file(struct script *script, const struct sql_file *file)
{
    if (!script_run(script, file->path, file_settings_sql) ||
        !script_run(script, file->path, (const char *)file->text))
        return false;
    if (PQtransactionStatus(script->connection) != PQTRANS_INTRANS)
        return script_fail(script, file->path, "ends its transaction, which is not its business");
    return true;
}

static bool make_records(struct migration *migration, const struct sql_file *unused, bool *changed)
{
    (void)unused;
    return records_make(&migration->script, changed);
}

/* Before anything is changed: whether this program may make the schema, and whether what others have built
 * upon it would be in the way. */
static bool look_at_schema(struct migration *migration, const struct sql_file *unused, bool *changed)
{
    struct script *script = &migration->script;
    char version[MIGRATE_VERSION_BYTES], *applied = NULL;
    bool there = false, behind = false, done;

    (void)unused;
    *changed = false;
    done = records_are_there(script, &there);
    if (!done || !there)
        return done;
    migrate_version_of(migration->files, migration->count, version);
    done = records_refuse_newer(script, migration->files, migration->count) &&
           records_are_behind(script, migration->files, migration->count, &behind) &&
           records_version(script, &applied);
    if (done && (behind || applied == NULL || strcmp(applied, version) != 0))
        done = rights_check_dependents(script, behind);
    free(applied);
    return done;
}

static bool apply(struct migration *migration, const struct sql_file *file, bool *changed)
{
    struct script *script = &migration->script;
    char checksum[MIGRATE_VERSION_BYTES], *applied = NULL;
    const char *const parameters[] = { file->path, checksum };
    bool done;

    digest_text(file, checksum);
    done = script_ask(script, checksum_sql, 1, parameters, &applied);
    *changed = applied == NULL;
    if (done && applied == NULL)
        done = run_file(script, file) && script_ask(script, record_sql, 2, parameters, NULL);
    else if (done && strcmp(applied, checksum) != 0)
        done = script_fail(script, file->path,
                           "changed after it was applied; put it back, and the change into a new file");
    free(applied);
    return done;
}

/* The files that are no migrations; only: that one alone. */
static bool run_files(struct migration *migration, const char *only)
{
    for (unsigned i = 0; i < migration->count; i++) {
        const struct sql_file *file = &migration->files[i];

        if (!is_migration(file) && (only == NULL || strcmp(file->path, only) == 0) &&
            !run_file(&migration->script, file))
            return false;
    }
    return true;
}

/* Where all is as it should be but rights: a role was missing at the last run, or somebody took one away. */
static bool grant_again(struct migration *migration, bool *changed)
{
    struct script *script = &migration->script;
    char *before = NULL, *after = NULL;
    bool done = rights_digest(script, &before) && run_files(migration, "roles.sql") &&
                run_files(migration, "grants.sql") && rights_digest(script, &after);

    *changed = done && before != NULL && after != NULL && strcmp(before, after) != 0;
    free(before);
    free(after);
    return done;
}

static bool recreate_all(struct migration *migration, const struct sql_file *unused, bool *changed)
{
    struct script *script = &migration->script;
    char version[MIGRATE_VERSION_BYTES], *applied = NULL;
    bool done, path_stands_already = true;

    (void)unused;
    migrate_version_of(migration->files, migration->count, version);
    done = records_version(script, &applied) && path_stands(script, &migration->path, &path_stands_already);
    *changed = applied == NULL || strcmp(applied, version) != 0 || !path_stands_already;
    free(applied);
    if (!done || !*changed)
        return done && grant_again(migration, changed);
    return script_run(script, "dropping the old functions and views", file_settings_sql) &&
           rights_keep(script) && script_run(script, "dropping the old functions and views", drop_sql) &&
           run_files(migration, NULL) && rights_give_back(script) && records_set_version(script, version);
}

/* The text of the file of that name; NULL: it is not among these. */
static const char *definition_of(const struct migration *migration, const char *path)
{
    for (unsigned i = 0; i < migration->count; i++) {
        if (strcmp(migration->files[i].path, path) == 0)
            return (const char *)migration->files[i].text;
    }
    return NULL;
}

static bool look(struct migration *migration, const struct sql_file *unused, bool *changed)
{
    (void)unused;
    *changed = false;
    generation_free(&migration->generation);
    path_free(&migration->path);
    migration->path = (struct path){ 0 };
    return generation_look(&migration->script, definition_of(migration, "functions/generation.sql"),
                           &migration->generation) &&
           path_look(&migration->script, definition_of(migration, "functions/check_path.sql"),
                     &migration->path);
}

/* Says what kind of database it is, and whether it may be migrated. */
static bool judge(struct migration *migration)
{
    const struct generation *found = &migration->generation;

    if (found->name != NULL)
        fprintf(migration->out, "the database is of generation %s\n", found->name);
    if (found->unserved == NULL)
        return true;
    if (!found->may_be_accepted || (!found->accepted && !migration->serve_unbilled))
        return script_fail(
            &migration->script, "rigger migrate",
            "this release does not serve the database: %s\n  nothing was made or changed%s", found->unserved,
            found->may_be_accepted ? "\n  hint: rigger migrate --serve-unbilled takes it as it is" : "");
    fprintf(migration->out, "it is served all the same, by --serve-unbilled: %s\n", found->unserved);
    return true;
}

static bool accept_generation(struct migration *migration, const struct sql_file *unused, bool *changed)
{
    (void)unused;
    *changed = migration->generation.unserved != NULL && !migration->generation.accepted;
    return !*changed || generation_accept(&migration->script, &migration->generation);
}

bool migrate_run_files(const char *dsn, const struct sql_file *files, unsigned count, bool serve_unbilled,
                       FILE *out, FILE *err)
{
    struct migration migration = {
        .files = files, .count = count, .out = out, .serve_unbilled = serve_unbilled
    };
    bool done = script_open(&migration.script, dsn, out) &&
                transact(&migration, look, NULL, "generation of the schema") && judge(&migration) &&
                path_judge(&migration.script, &migration.path) &&
                transact(&migration, look_at_schema, NULL, "schema rigger") &&
                transact(&migration, make_records, NULL, "schema rigger");

    for (unsigned i = 0; done && i < count; i++)
        done = !is_migration(&files[i]) || transact(&migration, apply, &files[i], files[i].path);
    done = done && transact(&migration, recreate_all, NULL, "functions, views, triggers and roles") &&
           transact(&migration, accept_generation, NULL, "note that it is served unbilled");
    if (!done)
        fprintf(err, "%s", migration.script.error.failed ? "out of memory\n" : migration.script.error.data);
    else if (migration.done == 0)
        fprintf(out, "nothing to do: the schema is this program's\n");
    generation_free(&migration.generation);
    path_free(&migration.path);
    script_close(&migration.script);
    return done;
}

bool migrate_run(const char *dsn, bool serve_unbilled, FILE *out, FILE *err)
{
    return migrate_run_files(dsn, sql_files, sql_file_count, serve_unbilled, out, err);
}
