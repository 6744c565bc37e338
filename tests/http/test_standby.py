"""Acknowledged means replicated: with a synchronous standby that is away nobody is told that something is
done, and no backend stays behind. The stack is the module's own, its standby a name that nobody has."""

import concurrent.futures
import contextlib
import os
import subprocess

import pytest

from harness.client import Api
from harness.processes import wait_for
from harness.stack import Stack

WAITING = "select pid from pg_stat_activity where wait_event = 'SyncRep'"


@pytest.fixture(scope="module")
def own():
    """A stack that gives a statement up soon."""
    with Stack(change=lambda settings: settings["database"].update(statement_timeout_ms=1000)) as stack:
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []


def name_standby(stack, name):
    """Has commits wait for a synchronous standby of that name; "": for none."""
    stack.postgres.execute(f"alter system set synchronous_standby_names = '{name}'")
    stack.postgres.execute("select pg_reload_conf()")
    wait_for(lambda: stack.postgres.execute("show synchronous_standby_names")[0][
        "synchronous_standby_names"] == name, "the new setting")


@contextlib.contextmanager
def standby_away(stack):
    """Meanwhile nobody confirms a commit."""
    name_standby(stack, "away")
    try:
        yield
    finally:
        name_standby(stack, "")


def settle(api, step):
    """Repeats a step until it is no longer 503, as a client does."""
    return wait_for(lambda: (answer := step()).status != 503 and answer, "an answer")


def test_what_no_standby_confirmed_is_503_and_the_repeat_is_no_better(own):
    """The activation is committed here: whoever repeats it meets what is there, and still gets no 200."""
    api = Api(own)
    miner, chute = own.network.miner(gpus=1), own.network.chute()
    launch = api.launch(miner, chute)
    assert launch.claim(miner.gpus).status == 200
    assert launch.verify().status == 200
    with standby_away(own):
        first = launch.activate()
        assert first.status == 503 and int(first.headers["Retry-After"]) > 0
        assert "no synchronous standby confirmed it" in own.responder.log()
        assert own.postgres.execute("select active from public.instances where config_id = %s",
                                    (launch.config_id,))[0]["active"]
        assert launch.activate().status == 503
    assert settle(api, launch.activate).status == 200


@pytest.mark.parametrize("at", ["token", "claim", "verify", "delete"])
def test_each_step_waits_for_the_standby(own, at):
    api = Api(own)
    miner, chute = own.network.miner(gpus=1), own.network.chute()
    launch = None if at == "token" else api.launch(miner, chute)
    if at in ("verify", "delete"):
        assert launch.claim(miner.gpus).status == 200
        launch.solve()
    if at == "delete":
        verified = launch.verify()
    step = {
        "token": lambda: api.token(miner, chute),
        "claim": lambda: launch.claim(miner.gpus),
        "verify": lambda: launch.verify(),
        "delete": lambda: api.delete(miner, chute, verified.json["instance_id"]),
    }[at]
    with standby_away(own):
        assert step().status == 503
        assert own.postgres.execute(WAITING) == []


def test_clients_that_insist_leave_no_backends(own):
    """Eight clients, three rounds: never more backends than processes, whoever has gone."""
    api = Api(own)
    miner, chute = own.network.miner(), own.network.chute(target=5000)
    ours = ("select count(*) as n from pg_stat_activity where usename = 'rigger_server'")
    with standby_away(own):
        for _ in range(3):
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                answers = [pool.submit(api.token, miner, chute) for _ in range(8)]
                while not all(answer.done() for answer in answers):
                    assert own.postgres.execute(ours)[0]["n"] <= len(own.responder.workers())
                assert {answer.result().status for answer in answers} == {503}
        assert own.postgres.execute(ours)[0]["n"] <= len(own.responder.workers())
    assert settle(api, lambda: api.token(miner, chute)).status == 200


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
def test_an_administrator_who_ends_the_wait_makes_no_200_of_it(own, how):
    api = Api(own)
    miner, chute = own.network.miner(), own.network.chute()
    own.postgres.execute("alter role rigger_server set client_min_messages = error")
    with own.responder.having("database", statement_timeout_ms=5000):
        with standby_away(own), concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(api.token, miner, chute)
            own.postgres.wait_for_row("select 1 from pg_stat_activity where wait_event = 'SyncRep'"
                                      " and query like '%issue_launch%'")
            own.postgres.execute(f"select {how}(pid) from ({WAITING}) as waiting")
            assert answer.result().status == 503
    own.postgres.execute("alter role rigger_server reset client_min_messages")


def test_riggerctl_says_so_and_fails(own):
    miner = own.network.miner()
    with standby_away(own):
        with subprocess.Popen([os.path.join(own.build, "riggerctl"), "blacklist", miner.hotkey, "cheats",
                               "--dsn", own.postgres.dsn], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as command:
            own.postgres.wait_for_row("select 1 from pg_stat_activity where wait_event = 'SyncRep'"
                                      " and query like '%blacklist%'")
            own.postgres.execute(f"select pg_cancel_backend(pid) from ({WAITING}) as waiting")
            said, complaint = command.communicate()
            assert command.returncode == 1 and "done" not in said
            assert "no synchronous standby confirmed it" in complaint
