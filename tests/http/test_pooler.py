"""Behind a PgBouncer that hands out connections by the transaction, as Debian has it (1.18, which keeps no
prepared statements): everything works with the default settings, and nothing of ours stays on a connection.

Of a version with prepared statements (1.21) there is none in Debian 12, PyPI, npm or crates.io. What it needs
of its clients, names of prepared statements that mean one text, tests/unit/db/test_connection.c holds."""

import concurrent.futures
import os
import subprocess

import psycopg2
import pytest

from harness.client import Api
from harness.fault.pgbouncer import PgBouncer
from harness.processes import wait_for
from harness.stack import Stack

# What PgBouncer itself sets for each of its clients, and psycopg2 for itself.
POOLER_S = {"application_name", "client_encoding", "DateStyle", "TimeZone", "standard_conforming_strings",
            "transaction_isolation", "transaction_read_only", "transaction_deferrable"}


class PooledStack(Stack):
    """The responder reaches its database through two server connections."""

    def __init__(self):
        super().__init__()
        self.pooler = PgBouncer(self.directory, self.postgres.socket, size=2)

    def server_dsn(self):
        self.pooler.start()
        return self.pooler.dsn_of("rigger_server")

    def stop(self):
        self.pooler.kill()
        super().stop()


@pytest.fixture(scope="module")
def pooled():
    """Shared by the tests of this file."""
    with PooledStack() as stack:
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []


def left_behind(stack, role):
    """What stands of ours on each server connection of a role; both are held open, so that both are seen."""
    found, held = [], []
    for _ in range(2):
        connection = psycopg2.connect(stack.pooler.dsn_of(role))
        held.append(connection)
        with connection.cursor() as cursor:
            cursor.execute("select name, setting from pg_settings where source = 'session'"
                           " union all select 'rigger.bounded_at', current_setting('rigger.bounded_at', true)"
                           " where current_setting('rigger.bounded_at', true) <> ''")
            found += [row for row in cursor.fetchall() if row[0] not in POOLER_S]
    for connection in held:
        connection.rollback()
        connection.close()
    return found


def test_the_default_works_behind_a_pooler(pooled):
    """Whole lives and a crowd of tokens: no answer is a 500, and the processes say what they found."""
    api = Api(pooled)
    miner, chute = pooled.network.miner(gpus=2), pooled.network.chute(target=5000)
    for gpu in miner.gpus:
        launch = api.hot(miner, chute, [gpu])
        assert api.delete(miner, chute, launch.instance_id).status == 200
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api.token(miner, chute), range(60)))
    assert {answer.status for answer in answers} == {200}
    assert "going on without them" in pooled.responder.log()
    assert left_behind(pooled, "rigger_server") == []


def test_riggerctl_leaves_a_pooled_connection_as_it_found_it(pooled):
    chute = pooled.network.chute()
    for command in (["status"], ["target", chute, "3"], ["chutes"], ["limits"], ["stuck"], ["reap"]):
        done = subprocess.run([os.path.join(pooled.build, "riggerctl"), *command, "--dsn",
                               pooled.pooler.dsn_of("rigger_owner")],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stderr)
    assert left_behind(pooled, "rigger_owner") == []


def test_a_lock_is_bounded_behind_a_pooler_and_has_no_effect_later(pooled):
    api = Api(pooled)
    miner, chute = pooled.network.miner(), pooled.network.chute()
    pooled.postgres.execute("update rigger.limits set value = initial where name = 'lock.waited_fast'")
    blocker = pooled.postgres.connect()
    blocker.autocommit = False
    blocker.cursor().execute("select from public.chutes where chute_id = %s for update", (chute,))
    answer = api.token(miner, chute)
    blocker.rollback()
    blocker.close()
    pooled.postgres.execute("update rigger.limits set value = maximum where name = 'lock.waited_fast'")
    assert answer.status == 503 and int(answer.headers["Retry-After"]) > 0
    assert pooled.postgres.execute(
        "select 1 from pg_stat_activity where query like '%%issue_launch%%' and state = 'active'"
        " and pid <> pg_backend_pid()") == []
    assert pooled.postgres.execute(
        "select 1 from public.launch_configs where chute_id = %s", (chute,)) == []
    assert api.token(miner, chute).status == 200


def test_what_was_given_up_is_cancelled_through_the_pooler(pooled):
    """Neither the function nor the role limits it: the program does, and the connection is free again."""
    api = Api(pooled)
    miner, chute = pooled.network.miner(), pooled.network.chute()
    blocker = pooled.postgres.connect()
    blocker.autocommit = False
    with pooled.responder.having("database", statement_timeout_ms=1000):
        blocker.cursor().execute("select from public.chutes where chute_id = %s for update", (chute,))
        answer = api.token(miner, chute)
        assert answer.status == 503
        assert pooled.postgres.execute(
            "select 1 from pg_stat_activity where wait_event_type = 'Lock'") == []
        blocker.rollback()
        blocker.close()
        assert pooled.postgres.execute(
            "select 1 from public.launch_configs where chute_id = %s", (chute,)) == []


def test_a_pooler_that_comes_back_is_used_again(pooled):
    api = Api(pooled)
    miner, chute = pooled.network.miner(), pooled.network.chute()
    pooled.pooler.kill()
    assert api.token(miner, chute).status == 503
    pooled.pooler.start()
    wait_for(lambda: api.token(miner, chute).status == 200, "a token through the new pooler")
