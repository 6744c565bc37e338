"""A row that somebody holds for long costs the requests that need it a 503 each, and the others nothing. The
stack is the module's own: its limits are those of a service, not of a test."""

import concurrent.futures
import contextlib
import threading

import pytest

from harness.client import Api
from harness.processes import wait_for
from harness.stack import Stack


@pytest.fixture(scope="module")
def own():
    """A stack with the limits that a new database has."""
    with Stack() as stack:
        stack.postgres.execute("update rigger.limits set value = initial where name like 'lock.waited%'")
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []


@contextlib.contextmanager
def administrator(stack, sql, parameters=None):
    """An administrator's transaction that is left open meanwhile."""
    with contextlib.closing(stack.postgres.connect()) as connection:
        connection.autocommit = False
        connection.cursor().execute(sql, parameters)
        yield


def is_refused(answer, detail="Service temporarily unavailable, try again"):
    """The answer to who met a lock."""
    return (answer.status, answer.json["detail"]) == (503, detail) and int(answer.headers["Retry-After"]) > 0


ROW = "select from public.chutes where chute_id = %s for update"


def test_a_locked_chute_stops_no_token_of_another_chute(own):
    """Twice as many clients as workers ask for the locked one without a pause."""
    api = Api(own)
    miner, locked, free = own.network.miner(), own.network.chute(target=5000), own.network.chute(target=5000)
    stop = threading.Event()
    refused = []

    def insist():
        while not stop.is_set():
            refused.append(api.token(miner, locked))

    with administrator(own, ROW, (locked,)):
        with concurrent.futures.ThreadPoolExecutor(2 * own.settings["server"]["fast_workers"]) as pool:
            asked = [pool.submit(insist) for _ in range(2 * own.settings["server"]["fast_workers"])]
            try:
                wait_for(lambda: refused, "the first who met the lock")
                served = [api.token(miner, free).status for _ in range(10)]
            finally:
                stop.set()
            for one in asked:
                one.result()
    assert served == [200] * 10
    assert all(is_refused(answer) for answer in refused), [a for a in refused if not is_refused(a)][:3]
    assert api.token(miner, locked).status == 200


@pytest.mark.parametrize("at", ["token", "claim", "verify", "activate", "delete"])
def test_a_locked_row_is_503_and_the_same_again_is_served(own, at):
    api = Api(own)
    miner, chute = own.network.miner(gpus=1), own.network.chute()
    launch = None
    if at != "token":
        launch = api.launch(miner, chute)
    if at not in ("token", "claim"):
        assert launch.claim(miner.gpus).status == 200
        launch.solve()
    if at in ("activate", "delete"):
        assert launch.verify().status == 200
    instance = launch and own.postgres.execute(
        "select instance_id from public.instances where config_id = %s", (launch.config_id,))
    step = {
        "token": lambda: api.token(miner, chute),
        "claim": lambda: launch.claim(miner.gpus),
        "verify": lambda: launch.verify(),
        "activate": lambda: launch.activate(),
        "delete": lambda: api.delete(miner, chute, instance[0]["instance_id"]),
    }[at]
    row = {"verify": "select from public.launch_configs where config_id = %s for update",
           "activate": "select from public.instances where config_id = %s for update",
           "delete": "select from public.instances where config_id = %s for update"}.get(at, ROW)
    with administrator(own, row, (chute if row == ROW else launch.config_id,)):
        assert is_refused(step())
    assert step().status == 200


def test_a_locked_table_is_503(own):
    api, miner, chute = Api(own), own.network.miner(), own.network.chute()
    with administrator(own, "lock table public.metagraph_nodes in access exclusive mode"):
        assert is_refused(api.token(miner, chute))
    assert api.token(miner, chute).status == 200
    with administrator(own, "lock table rigger.schema_version in access exclusive mode"):
        assert is_refused(api.request("GET", "/readyz"), "No database")
    assert api.request("GET", "/readyz").status == 200


def test_the_bound_is_a_limit_that_holds_at_once(own):
    """As long as the lock: the request gets it."""
    api = Api(own)
    miner, chute = own.network.miner(), own.network.chute()
    own.postgres.execute("select rigger.set_limit('lock.waited_fast', 60000)")
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            with administrator(own, ROW, (chute,)):
                answer = pool.submit(api.token, miner, chute)
                own.postgres.wait_for_row("select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                                          " and query like '%issue_launch%'")
            assert answer.result().status == 200
    finally:
        own.postgres.execute("select rigger.set_limit('lock.waited_fast', 300)")
