"""What is granted: a right that is missing is named with the grant that cures it; a migration makes up for
what is missing, keeps what an administrator granted, and changes nothing that a newer release made."""

import os
import subprocess

import pytest

from harness.client import Api
from harness.stack import BUILD, Stack

OWNER = "plain_owner"
ROLES = ("rigger_app", "rigger_read", "rigger_admin")


def run(program, *arguments, dsn):
    """A program of ours on a database."""
    return subprocess.run([os.path.join(BUILD, program), *arguments, "--dsn", dsn], capture_output=True,
                          text=True, check=False)


def migrate(postgres, role="rigger_owner"):
    """What `rigger migrate` did."""
    return run("rigger", "migrate", dsn=postgres.dsn_of(role))


@pytest.fixture
def database(cluster):
    """An empty database whose owner is nobody but that; the three roles are not there."""
    cluster.execute("drop database if exists rigger", dbname="postgres")
    for role in ("some_server", "reporter", *ROLES, OWNER):
        cluster.execute(f"drop role if exists {role}", dbname="postgres")
    cluster.execute(f"create role {OWNER} login", dbname="postgres")
    cluster.execute("create role reporter", dbname="postgres")
    cluster.execute(f"create database rigger owner {OWNER}", dbname="postgres")
    return cluster


def test_roles_that_are_made_later_get_their_grants_from_the_next_migration(database):
    first = migrate(database, OWNER)
    assert first.returncode == 0, first
    assert "rigger_app is missing" in first.stdout and 'create role rigger_app"' in first.stdout
    again = migrate(database, OWNER)
    assert "nothing to do" in again.stdout and "rigger_app is missing" in again.stdout
    for role in ROLES:
        database.execute(f"create role {role}")
    database.execute("create role some_server login in role rigger_app")
    assert "roles: done" in migrate(database, OWNER).stdout
    assert database.execute("select schema_version from rigger.ready()", user="some_server")
    assert "nothing to do" in migrate(database, OWNER).stdout


def test_a_right_that_was_taken_away_comes_back_with_the_next_migration(database):
    assert migrate(database).returncode == 0
    database.execute("revoke execute on function rigger.find_user(text) from rigger_app")
    assert "roles: done" in migrate(database).stdout
    assert database.execute("select has_function_privilege('rigger_app', 'rigger.find_user(text)', 'execute')"
                            " as may") == [{"may": True}]
    assert "nothing to do" in migrate(database).stdout


def outdate(postgres):
    """As if functions and views were of another version."""
    postgres.execute("update rigger.schema_version set version = 'older'")


def test_an_upgrade_keeps_what_an_administrator_granted(database):
    migrate(database)
    database.execute("grant usage on schema rigger to reporter;"
                     "grant select on rigger.v_miners to reporter with grant option;"
                     "grant select (name) on rigger.v_limits to reporter;"
                     "grant execute on function rigger.status() to reporter;"
                     "create view rigger.v_old as select 1 as x; grant select on rigger.v_old to reporter")
    outdate(database)
    said = migrate(database).stdout
    assert "reporter had SELECT on rigger.v_old, which there is no more" in said
    assert database.execute("""
        select has_table_privilege('reporter', 'rigger.v_miners', 'select with grant option') as view,
               has_column_privilege('reporter', 'rigger.v_limits', 'name', 'select') as part,
               has_table_privilege('reporter', 'rigger.v_limits', 'select') as whole,
               has_function_privilege('reporter', 'rigger.status()', 'execute') as function,
               has_schema_privilege('reporter', 'rigger', 'usage') as schema""") == [
        {"view": True, "part": True, "whole": False, "function": True, "schema": True}]
    assert "nothing to do" in migrate(database).stdout


@pytest.mark.parametrize("theirs, name", [
    ("create view public.theirs as select * from rigger.v_miners", "view theirs"),
    ("create materialized view public.theirs as select rigger.host_text('x') as x",
     "materialized view theirs"),
    ("create function public.theirs() returns bigint language sql begin atomic"
     " select count(*) from rigger.v_miners; end", "function theirs()")])
def test_an_upgrade_names_what_stands_on_ours_before_it_changes_anything(database, theirs, name):
    migrate(database)
    database.execute(theirs)
    outdate(database)
    before = database.execute("select oid, proname from pg_proc where pronamespace = 'rigger'::regnamespace")
    refused = migrate(database)
    assert refused.returncode == 1 and name.replace("theirs", "public.theirs") in refused.stderr
    assert "nothing was made or changed" in refused.stderr
    assert before == database.execute(
        "select oid, proname from pg_proc where pronamespace = 'rigger'::regnamespace")


def test_a_view_on_a_table_of_ours_is_in_the_way_of_a_migration_alone(database):
    migrate(database)
    database.execute("create view public.theirs as select event_id from rigger.events")
    outdate(database)
    assert migrate(database).returncode == 0
    outdate(database)
    database.execute("delete from rigger.migrations where path like 'migrations/0012%'")
    refused = migrate(database)
    assert refused.returncode == 1 and "view public.theirs" in refused.stderr


def test_an_older_program_leaves_a_newer_schema_alone(database):
    migrate(database)
    assert database.execute("select release from rigger.schema_version")[0]["release"]
    database.execute("update rigger.schema_version set release = '10.0.1-rc1', version = 'newer'")
    refused = migrate(database)
    assert refused.returncode == 1 and "release 10.0.1-rc1 has made this schema" in refused.stderr
    assert database.execute("select version from rigger.schema_version") == [{"version": "newer"}]
    database.execute("update rigger.schema_version set release = '0.0.9'")
    assert migrate(database).returncode == 0


def test_a_server_without_rights_says_which_is_missing_and_what_grants_it():
    with Stack(database="own") as running:
        api = Api(running)
        running.postgres.execute("revoke rigger_app from rigger_server")
        ready = api.request("GET", "/readyz")
        assert ready.status == 503
        assert "permission denied for schema rigger" in ready.detail and "grant rigger_app to" in ready.detail
        assert "migrate" not in ready.detail.split("if it has that")[0]
        running.postgres.execute("grant usage on schema rigger to rigger_server")
        refused = api.token(running.network.miner(), running.network.chute())
        assert refused.status == 500 and "rigger_app" not in refused.text
        assert "permission denied for function authenticate_hotkey" in running.responder.log() \
            or "permission denied for function issue_launch_config" in running.responder.log()
        assert 'grant rigger_app to \\"rigger_server\\"' in running.responder.log()
        status = run("riggerctl", "status", dsn=running.postgres.dsn_of("rigger_server"))
        assert status.returncode == 1 and 'grant rigger_admin to' in status.stderr
        assert "a right is missing; the line above says which" in status.stderr
        running.postgres.execute("grant rigger_app to rigger_server")
        assert api.request("GET", "/readyz").status == 200
