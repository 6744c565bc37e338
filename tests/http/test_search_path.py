"""Whoever holds rigger_app does not become the owner of Rigger's functions by what he puts where their names
are looked up."""

import os
import subprocess

import psycopg2
import pytest

from harness import databases
from harness.chutes_database import dump
from harness.client import Api
from harness.processes import wait_for
from harness.stack import Stack

REVOKE = "revoke create on schema public from public"

# Names that functions of ours use, in versions that fit a call of theirs better than PostgreSQL's own: those
# take any type, or text where a column is varchar.
FUNCTIONS = [
    ("to_jsonb", "text", "jsonb"), ("to_jsonb", "varchar", "jsonb"), ("to_jsonb", "boolean", "jsonb"),
    ("to_jsonb", "timestamptz", "jsonb"), ("to_json", "text", "json"),
    ("jsonb_build_object", "text, text, text, text, text, jsonb", "jsonb"),
    ("jsonb_build_object", "text, text", "jsonb"), ("jsonb_build_array", "text", "jsonb"),
    ("format", "text, text", "text"), ("format", "text, text, text", "text"),
    ("format", "text, text, text, text", "text"), ("concat", "text, text", "text"),
    ("unnest", "text[]", "setof text"), ("cardinality", "text[]", "integer"),
    ("array_remove", "text[], text", "text[]"), ("hashtext", "varchar", "integer"),
    ("md5", "varchar", "text"), ("lower", "varchar", "text"), ("length", "varchar", "integer"),
    ("regexp_match", "varchar, text", "text[]"), ("limit_of", "text", "numeric"),
    ("refusal_text", "text", "text"), ("check_path", "", "text")]
OPERATORS = [(left, name, right) for name in ("=", "<>") for left in ("varchar", "text")
             for right in ("varchar", "text") if (left, right) != ("text", "text")]
OPERATORS += [("text", "||", "integer"), ("text", "||", "varchar"), ("varchar", "||", "text"),
              ("jsonb", "->>", "varchar"), ("text[]", "||", "text"), ("interval", "*", "numeric"),
              ("integer", ">=", "numeric"), ("jsonb", "||", "json")]
RETURNED = {"=": "boolean", "<>": "boolean", ">=": "boolean", "||": "text", "->>": "text", "*": "interval"}


def spring(name):
    """The body of a function that says in the server's log who ran it."""
    return (f"language plpgsql as $$ begin raise warning 'trapped: {name} as %', current_user;"
            " return null; end $$")


def set_traps(postgres, user):
    """Puts all of it into public."""
    made = ["create type public.trap as (x text)",
            f"create function public.cast_to_trap(text) returns public.trap {spring('cast')}",
            "create cast (text as public.trap) with function public.cast_to_trap(text) as implicit"]
    for name, types, returned in FUNCTIONS:
        body = spring(name).replace("return null;", "return;") if "setof" in returned else spring(name)
        made.append(f"create function public.{name}({types}) returns {returned} {body}")
    for number, (left, name, right) in enumerate(OPERATORS):
        made.append(f"create function public.trap_{number}({left}, {right})"
                    f" returns {RETURNED[name]} {spring(name)}")
        made.append(f"create operator public.{name} (leftarg = {left}, rightarg = {right},"
                    f" function = public.trap_{number})")
    made += [f"create table public.{name} (like pg_catalog.pg_class)"
             for name in ("limits", "settings", "placements", "v_launches", "schema_version")]
    postgres.execute(";".join(made), user=user)


def call_everything(postgres, user):
    """Calls whatever the user may, with values, from a session that has traps in pg_temp as well."""
    connection = postgres.connect(user=user)
    with connection.cursor() as cursor:
        for name in ("instances", "limits", "pg_proc", "text"):
            cursor.execute(f"create temporary table {name} (x integer)")
        cursor.execute("set search_path = public, pg_temp")
        cursor.execute("""
            select format('select * from %s(%s)', p.oid::regproc, (
              select string_agg(format('%L::%s', case a.type when 'text' then 'x' when 'integer' then '1'
                       when 'bigint' then '1' when 'boolean' then 'true' when 'json' then '[]'
                       when 'interval' then '1 hour' when 'inet' then '1.2.3.4' when 'text[]' then '{x}'
                       when 'uuid' then '00000000-0000-0000-0000-000000000001' end, a.type), ', ' order by n)
              from (select format_type(t, null), n
                    from unnest(p.proargtypes::oid[]) with ordinality as u (t, n)) as a (type, n))) as call
            from pg_catalog.pg_proc p
            where p.pronamespace = 'rigger'::regnamespace and has_function_privilege(p.oid, 'execute')""")
        calls = [row["call"] for row in cursor.fetchall()]
        assert len(calls) > 20
        for call in calls:
            try:
                cursor.execute(call)
            except Exception as error:  # pylint: disable=broad-except
                assert error.pgcode, call
    connection.close()


def live(running, api):
    """One life, and what the background does after it."""
    miner, chute = running.network.miner(gpus=1), running.network.chute()
    launch = api.hot(miner, chute)
    assert api.delete(miner, chute, launch.instance_id).status == 200
    running.postgres.execute("update rigger.events set created_at = created_at - interval '1 year'")
    running.postgres.execute("select rigger.prune_events('1 day')", user="rigger_server")


def trapped(postgres):
    """What ran as the owner, by the server's log."""
    with open(postgres.log, encoding="utf-8") as log:
        return {line.split("trapped: ")[1].strip() for line in log
                if "trapped: " in line and "as rigger_owner" in line}


def test_what_rigger_app_makes_in_public_never_runs_as_the_owner():
    with Stack(database="own", postgres_settings="log_min_messages = warning\n") as running:
        postgres, api = running.postgres, Api(running)
        postgres.execute("grant create on schema public to public")
        set_traps(postgres, "rigger_server")
        live(running, api)
        call_everything(postgres, "rigger_server")
        assert api.request("GET", "/readyz").json == {"status": "ready", "generation": "own"}
        assert migrate(postgres, running, "own").returncode == 0
        assert trapped(postgres) == set()
        # With "public" in the paths it would be seen.
        for row in postgres.execute("select oid::regprocedure::text as name from pg_proc where prosecdef"
                                    " and pronamespace = 'rigger'::regnamespace"):
            postgres.execute(f"alter function {row['name']} set search_path = pg_catalog, rigger, public")
        with pytest.raises((AssertionError, psycopg2.Error)):
            live(running, api)
        assert trapped(postgres)


@pytest.fixture
def database(cluster):
    """Makes the database of that name anew, in place of the last one."""
    def make(name):
        cluster.execute("drop database if exists rigger", dbname="postgres")
        cluster.execute("create database rigger", dbname="postgres")
        databases.load(cluster, name)
        cluster.execute("grant create on schema public to public")
        return cluster
    return make


def migrate(postgres, stack, name):
    """`rigger migrate`; what it said and how it ended."""
    return subprocess.run([os.path.join(stack.build, "rigger"), "migrate", "--dsn", postgres.dsn,
                           *databases.migrate_options(name)],
                          capture_output=True, text=True, check=False, env=stack.responder.environment())


def paths(postgres):
    """The search_paths of what runs as its owner."""
    return {row["path"] for row in postgres.execute(
        "select substr(s.setting, 13) as path from pg_proc p cross join unnest(p.proconfig) as s (setting)"
        " where p.pronamespace = 'rigger'::regnamespace and p.prosecdef and s.setting like 'search_path=%'")}


def test_on_our_own_database_a_writable_public_does_not_matter(database, stack):
    postgres = database("own")
    assert migrate(postgres, stack, "own").returncode == 0
    assert paths(postgres) == {"pg_catalog, rigger, pg_temp"}


@pytest.mark.parametrize("name", ["2025-08", "2025-09"])
def test_where_the_network_needs_public_nobody_else_may_create_there(database, stack, name):
    postgres = database(name)
    before = dump(postgres)
    refused = migrate(postgres, stack, name)
    assert refused.returncode == 1 and f"hint: {REVOKE}\n" in refused.stderr, refused.stderr
    assert "public creates in schema public would run as rigger_owner" in refused.stderr
    assert "nothing was made or changed" in refused.stderr and "fn_instance_audit_insert" in refused.stderr
    assert dump(postgres) == before
    assert postgres.execute("select 1 where to_regnamespace('rigger') is not null") == []
    postgres.execute(REVOKE)
    assert migrate(postgres, stack, name).returncode == 0
    assert paths(postgres) == {"pg_catalog, rigger, public, pg_temp"}
    assert "nothing to do" in migrate(postgres, stack, name).stdout


def test_public_leaves_the_path_with_the_triggers_that_needed_it(database, stack):
    postgres = database("2025-08")
    postgres.execute(REVOKE)
    assert migrate(postgres, stack, "2025-08").returncode == 0
    for row in postgres.execute("select distinct p.oid::regprocedure::text as name from pg_trigger t"
                                " join pg_proc p on p.oid = t.tgfoid where not t.tgisinternal"
                                " and p.pronamespace = 'public'::regnamespace"):
        postgres.execute(f"alter function {row['name']} set search_path = public")
    assert "run rigger migrate" in postgres.execute("select warning from rigger.warnings()")[0]["warning"]
    assert migrate(postgres, stack, "2025-08").returncode == 0
    assert paths(postgres) == {"pg_catalog, rigger, pg_temp"}
    assert postgres.execute("select warning from rigger.warnings()") == []


def test_a_server_notices_that_public_became_writable():
    with Stack(database="2025-08") as running:
        api = Api(running)
        assert "warnings" not in api.request("GET", "/readyz").json
        running.postgres.execute("grant create on schema public to rigger_app")
        (warning,) = api.request("GET", "/readyz").json["warnings"]
        assert warning.endswith(": revoke create on schema public from rigger_app")
        wait_for(lambda: warning in running.responder.log(), "a line")
        status = subprocess.run([os.path.join(running.build, "riggerctl"), "status", "--dsn",
                                 running.postgres.dsn], capture_output=True, text=True, check=False)
        assert status.returncode == 1 and warning in status.stdout
        running.postgres.execute("revoke create on schema public from rigger_app")
        ready = api.request("GET", "/readyz")
        assert ready.status == 200 and "warnings" not in ready.json
