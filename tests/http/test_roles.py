"""Who may do what in the database: each role logs in and tries what it must not do."""

import psycopg2
import pytest

TABLES = ["public.instances", "public.launch_configs", "public.chutes", "public.users",
          "public.api_keys", "public.nodes", "public.jobs", "public.metagraph_nodes",
          "rigger.events", "rigger.challenges", "rigger.used_signatures", "rigger.placements",
          "rigger.verifications", "rigger.event_consumers"]
SETTINGS = ["rigger.settings", "rigger.gpu_models"]
VIEWS = ["rigger.v_chute_capacity", "rigger.v_launch_funnel", "rigger.v_instances", "rigger.v_miners",
         "rigger.v_stuck", "rigger.v_events"]
STEERING = ["rigger.set_target('x', 1)", "rigger.blacklist('x', 'y')", "rigger.evict('x', 'y')",
            "rigger.requeue_verification('x')", "rigger.check_invariants()", "rigger.status()",
            "rigger.forget_consumer('x')"]
SERVING = ["rigger.activate_launch_config('x', 64)", "rigger.find_user('x')", "rigger.touch_api_key('x')"]
INSIDE = ["rigger.fail_launch_config('x', 'y')", "rigger.remove_instance('x', 'y')", "rigger.free_job('x')"]


@pytest.fixture(scope="module", params=["rigger_app", "rigger_read", "rigger_admin"])
def somebody(request, stack):
    """A login role in one of the three."""
    stack.postgres.execute(f"create role some_{request.param} login in role {request.param}")
    return request.param


def allowed(stack, role, statement):
    """Whether the role may: only a missing right is a no."""
    try:
        stack.postgres.execute(statement, user=f"some_{role}")
    except psycopg2.errors.InsufficientPrivilege:
        return False
    return True


def test_views(stack, somebody):
    assert {allowed(stack, somebody, f"select * from {view} limit 1")
            for view in VIEWS} == {somebody != "rigger_app"}


@pytest.mark.parametrize("statement", [
    "select * from {0} limit 1", "update {0} set {1} = {1} where false", "delete from {0} where false",
    "truncate {0}", "alter table {0} add column extra text", "drop table {0}"])
def test_tables(stack, somebody, statement):
    first = {row["name"]: row["first"] for row in stack.postgres.execute(
        "select attrelid::regclass::text as name, attname as first from pg_attribute where attnum = 1")}
    may = {table for table in TABLES + SETTINGS
           if allowed(stack, somebody, statement.format(table, first[table.removeprefix("public.")]))}
    settings = set(SETTINGS) if somebody == "rigger_admin" \
        and statement.split()[0] in "select update delete" else set()
    assert may == settings


def test_functions(stack, somebody):
    may = [call for call in STEERING + SERVING + INSIDE if allowed(stack, somebody, f"select {call}")]
    assert may == {"rigger_app": SERVING, "rigger_read": [], "rigger_admin": STEERING}[somebody]


@pytest.mark.parametrize("statement", [
    "create table public.mine (x int)", "create table rigger.mine (x int)", "create schema mine",
    "create function rigger.ready() returns int language sql as 'select 1'",
    "create or replace view rigger.v_events as select 1 as x", "create role another",
    "copy (select 1) to program 'true'", "select pg_read_file('/etc/passwd')", "set role rigger_owner",
    "set session authorization rigger_owner"])
def test_nobody_makes_anything(stack, somebody, statement):
    assert not allowed(stack, somebody, statement)


def test_a_temporary_table_does_not_stand_before_ours(stack, somebody):
    """What a function reads is the table it means, whatever the caller made."""
    connection = stack.postgres.connect(user=f"some_{somebody}")
    try:
        with connection.cursor() as cursor:
            cursor.execute("create temporary table instances (instance_id text)")
            cursor.execute("insert into instances values ('x')")
            cursor.execute("set search_path = pg_temp, public")
            if somebody == "rigger_admin":
                cursor.execute("select rigger.evict('x', 'y') as done")
                assert cursor.fetchone()["done"] is False
            elif somebody == "rigger_app":
                cursor.execute("select refusal from rigger.activate_launch_config('x', 64)")
                assert cursor.fetchone()["refusal"] == "config_unknown"
    finally:
        connection.close()
