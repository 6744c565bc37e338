"""What happens when something breaks: each test has a stack of its own."""

import concurrent.futures
import os
import signal
import threading
import time

import pytest

from harness.chance import chance
from harness.client import Api
from harness.processes import HANG_S, wait_for
from harness.stack import Stack


@pytest.fixture
def own():
    """A stack that may be harmed."""
    with Stack() as stack:
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []


def alive(api, path="/readyz"):
    """True if the service answers 200."""
    try:
        return api.request("GET", path).status == 200
    except OSError:
        return False


def test_a_killed_worker_costs_at_most_the_requests_in_its_hands(own):
    api = Api(own)
    miner, chute = own.network.miner(), own.network.chute(target=5000)
    path = f"/instances/launch_config?chute_id={chute}"
    headers = own.network.sign(miner, "GET", path, count=1000)
    killed = threading.Event()
    workers = own.responder.workers()

    def kill():
        for victim in chance("victims").sample(workers, 3):
            time.sleep(0.2)
            os.kill(victim, signal.SIGKILL)
        killed.set()

    killer = threading.Timer(0.3, kill)
    killer.start()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: (api.request("GET", path, headers=one), one), headers))
    killer.join()
    assert killed.is_set()
    failed = [answer for answer, _ in answers if answer.status != 200]
    assert len(failed) <= 3, failed
    assert {answer.status for answer in failed} <= {503}
    wait_for(lambda: len(own.responder.workers()) == len(workers), "as many workers again")
    configs = {row["config_id"]
               for row in own.postgres.execute("select config_id from public.launch_configs")}
    told = {answer.json["config_id"] for answer, _ in answers if answer.status == 200}
    assert told <= configs and len(configs) - len(told) <= len(failed)
    assert alive(api)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_the_service_outlives_a_restart_of_the_database(own, mode):
    api = Api(own)
    miner, chute = own.network.miner(), own.network.chute(target=5000)
    path = f"/instances/launch_config?chute_id={chute}"
    stop = threading.Event()
    answers = []

    def load():
        for one in own.network.sign(miner, "GET", path, count=2000):
            if stop.is_set():
                return
            answers.append(api.request("GET", path, headers=one))

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(answers) > 50, "some load")
    own.postgres.stop(mode)
    down = api.request("GET", "/ping")
    assert down.status == 503 and int(down.headers["Retry-After"]) > 0
    own.postgres.start()
    wait_for(lambda: alive(api), "health after the restart")
    stop.set()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} <= {200, 503}
    configs = {row["config_id"]
               for row in own.postgres.execute("select config_id from public.launch_configs")}
    assert {answer.json["config_id"] for answer in answers if answer.status == 200} <= configs


def test_activation_waits_for_the_database(own):
    api = Api(own)
    miner = own.network.miner(gpus=1)
    launch = api.launch(miner, own.network.chute())
    assert launch.claim(miner.gpus).status == 200
    assert launch.verify().status == 200
    own.postgres.stop("fast")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(launch.activate)
        own.postgres.start()
        assert answer.result().status == 200


def test_sigterm_finishes_what_is_in_flight_and_exits_0(own):
    api = Api(own)
    miner, chute = own.network.miner(), own.network.chute()
    blocker = own.postgres.connect()
    blocker.autocommit = False
    cursor = blocker.cursor()
    cursor.execute("lock table public.chutes in access exclusive mode")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(api.token, miner, chute)
        own.postgres.wait_for_row(
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%issue_launch%'")
        own.responder.process.send_signal(signal.SIGTERM)
        blocker.rollback()
        assert answer.result().status == 200
    blocker.close()
    assert own.responder.process.wait(HANG_S) == 0
    own.responder.process = None


def test_sighup_rolls_the_workers_with_no_request_lost(own):
    api = Api(own)
    before = set(own.responder.workers())
    stop = threading.Event()
    answers = []

    def load():
        while not stop.is_set():
            answers.append(api.request("GET", "/instances/token_check").status)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    own.settings["launch"]["ip_check_salt"] = "another-salt-for-a-reload"
    own.responder.reload()
    wait_for(lambda: not before & set(own.responder.workers()), "new workers")
    stop.set()
    for thread in threads:
        thread.join()
    assert set(answers) == {200}


def core_limits(pid):
    """The soft and the hard limit on core dumps of a process."""
    with open(f"/proc/{pid}/limits", encoding="ascii") as limits:
        return next(line.split()[4:6] for line in limits if line.startswith("Max core file size"))


def test_core_dumps_are_off_until_the_setting_says_otherwise(own):
    workers, master = own.responder.workers(), own.responder.process.pid
    for pid in [master, *workers]:
        wait_for(lambda pid=pid: core_limits(pid)[0] == "0", "none, once the process has begun")
    own.settings["server"]["core_dumps"] = "true"
    own.responder.renew()
    for pid in [master, *own.responder.workers()]:
        wait_for(lambda pid=pid: len(set(core_limits(pid))) == 1, "as much as the system allows")


def locked_out(stack, api, miner, chute):
    """The answer of a request that meets a lock which nobody gives up before it is answered."""
    blocker = stack.postgres.connect()
    blocker.autocommit = False
    blocker.cursor().execute("lock table public.chutes in access exclusive mode")
    answer = api.token(miner, chute)
    blocker.rollback()
    blocker.close()
    return answer


def test_a_worker_past_its_deadline_is_replaced(own):
    api = Api(own)
    miner, chute = own.network.miner(), own.network.chute()
    assert api.token(miner, chute).status == 200
    with own.responder.having("server", fast_deadline_ms=500):
        before = set(own.responder.workers())
        answer = locked_out(own, api, miner, chute)
        assert (answer.status, answer.json["detail"]) == (503, "Service temporarily unavailable, try again")
        wait_for(lambda: len(set(own.responder.workers()) - before) == 1, "the successor")
    assert api.token(miner, chute).status == 200


def test_two_migrations_at_once_end_in_one_schema():
    stack = Stack()
    try:
        stack.create_database()
        stack.responder.write_config()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            said = list(pool.map(lambda _: stack.migrate(), range(2)))
        assert sum("0001_public_tables" in text for text in said) == 1
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []
    finally:
        stack.stop()


def test_a_bad_configuration_at_sighup_changes_nothing(own):
    api = Api(own)
    token = api.request("GET", "/instances/token_check").json
    own.settings["launch"]["ip_check_salt"] = "another-salt-for-a-reload"
    own.settings["server"]["no_such_key"] = "1"
    own.responder.reload()
    wait_for(lambda: "no_such_key" in own.responder.log(), "the complaint in the log")
    assert api.request("GET", "/instances/token_check").json == token


def test_the_reaper_takes_what_is_overdue(own):
    api = Api(own)
    miner = own.network.miner(gpus=1)
    launch = api.launch(miner, own.network.chute())
    assert launch.claim(miner.gpus).status == 200
    own.postgres.execute("update rigger.challenges set expires_at = now() - interval '2 minutes'")
    own.postgres.wait_for_row(
        "select 1 from public.launch_configs where config_id = %s and failed_at is not null",
        (launch.config_id,))
    assert own.postgres.execute("select 1 from public.instances") == []
    assert launch.verify({"response": "", "iv": "", "proof": {}}).status == 403
