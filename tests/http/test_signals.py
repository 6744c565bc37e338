"""Signals reach every process, however busy the sockets are: each test has a responder of its own."""

import concurrent.futures
import copy
import os
import signal
import threading

import pytest

from harness.busy import answer, has_ended, hold, is_told_to_stop, queue, release
from harness.client import Api
from harness.fastcgi_client import request
from harness.processes import HANG_S, wait_for
from harness.stack import Stack

WORKERS = 2
WAITING = 60
PING = {"REQUEST_METHOD": "GET", "REQUEST_URI": "/ping", "REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture(scope="module")
def harmed():
    """A stack with few workers, whose responder may be ended."""
    def change(settings):
        settings["server"].update(fast_workers=WORKERS, slow_workers=1, drain_ms=120000)

    with Stack(change) as stack:
        yield stack


@pytest.fixture
def own(harmed):
    """The same, and its responder anew, with the settings that it began with."""
    settings = copy.deepcopy(harmed.settings)
    if harmed.responder.process is None:
        harmed.responder.start()
    yield harmed
    harmed.responder.stop()
    os.unlink(harmed.responder.log_path)
    for section, values in settings.items():
        harmed.settings[section].clear()
        harmed.settings[section].update(values)
    harmed.responder.write_config()
    assert harmed.postgres.execute("select * from rigger.check_invariants()") == []


@pytest.fixture
def path(own):
    """The fast pool's socket."""
    return own.settings["server"]["fast_socket"]


def wait_until_told(pids):
    """Until all of them have got their SIGTERM; the process of programs ends without looking."""
    wait_for(lambda: all(is_told_to_stop(pid) for pid in pids), "SIGTERM for all")


def wait_until_gone(pids):
    """Until none of them is left."""
    wait_for(lambda: all(has_ended(pid) for pid in pids), "the end of all processes")


def wait_until_served_by(responder):
    """Until that very master has begun."""
    wait_for(lambda: any(line["pid"] == responder.process.pid and "serving with" in line.get("message", "")
                         for line in responder.log_lines()), "the new master")


def salted(own, salt):
    """Sets the salt, by which the answer of token_check tells one configuration from another."""
    own.settings["launch"]["ip_check_salt"] = salt


def test_sigterm_reaches_a_worker_whose_socket_is_always_ready(own, path):
    held = hold(path, WORKERS)
    waiting = queue(path, WAITING)
    workers = own.responder.workers()
    own.responder.process.send_signal(signal.SIGTERM)
    wait_until_told(workers)
    assert all(text.startswith(b"Status: 200") for text in release(held))
    assert [answer(connection) for connection in waiting] == [b""] * WAITING, "what was not begun, ended"
    assert own.responder.process.wait(HANG_S) == 0
    own.responder.process = None
    wait_until_gone(workers)


def test_sighup_takes_effect_for_every_worker_though_its_socket_is_always_ready(own, path):
    old = own.responder.workers()
    before = request(path, {**PING, "REQUEST_URI": "/instances/token_check"})
    held = hold(path, WORKERS)
    salted(own, "another-salt-for-a-reload")
    own.responder.reload()
    own.responder.wait_for_log('"reloaded"')
    wait_until_told(old)
    after = request(path, {**PING, "REQUEST_URI": "/instances/token_check"})
    assert after.startswith(b"Status: 200") and before.partition(b"\r\n\r\n")[2] not in after
    newer = hold(path, WORKERS, beside=WORKERS)
    waiting = queue(path, WAITING)
    assert all(text.startswith(b"Status: 200") for text in release(held))
    wait_until_gone(old)
    assert all(text.startswith(b"Status: 200") for text in release(newer))
    tokens = {answer(connection).partition(b"\r\n\r\n")[2] for connection in waiting}
    assert tokens == {after.partition(b"\r\n\r\n")[2]}, "the former configuration has answered none"


def test_two_reloads_within_one_request_lose_nothing(own, path):
    held = hold(path, WORKERS)
    for count, salt in enumerate(["second-salt-for-a-reload", "third-salt-for-a-reload"], 1):
        salted(own, salt)
        own.responder.reload()
        wait_for(lambda count=count: own.responder.log().count('"reloaded"') == count, "the reload")
    assert all(text.startswith(b"Status: 200") for text in release(held))
    assert request(path, PING).startswith(b"Status: 200")


def test_sigterm_is_heard_among_sighups_without_end(own):
    over = threading.Event()

    def storm():
        while not over.is_set():
            own.responder.process.send_signal(signal.SIGHUP)

    thread = threading.Thread(target=storm)
    thread.start()
    try:
        own.responder.wait_for_log('"reloaded"')
        own.responder.process.send_signal(signal.SIGTERM)
        code = own.responder.process.wait(HANG_S)
    finally:
        over.set()
        thread.join()
    own.responder.process = None
    assert code == 0


def test_orphans_end_after_the_request_in_hand_and_a_new_start_is_not_refused(own, path):
    workers = own.responder.workers()
    held = hold(path, WORKERS)
    waiting = queue(path, WAITING)
    own.responder.process.kill()
    wait_until_told(workers)
    own.responder.start()
    wait_until_served_by(own.responder)
    assert "is taken over" in own.responder.log()
    assert request(path, PING).startswith(b"Status: 200"), "the new one serves while the old ones finish"
    assert all(text.startswith(b"Status: 200") for text in release(held))
    assert [answer(connection) for connection in waiting] == [b""] * WAITING
    wait_until_gone(workers)
    assert request(path, PING).startswith(b"Status: 200")


def test_a_stop_is_not_held_up_by_a_lock_in_the_database(own):
    """Everything waits for a lock that nobody gives up before the end."""
    own.settings["server"]["drain_ms"] = 8000
    own.responder.renew()
    api, miner, chute = Api(own), own.network.miner(), own.network.chute()
    blocker = own.postgres.connect()
    blocker.autocommit = False
    blocker.cursor().execute("lock table public.chutes in access exclusive mode")
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        answers = [pool.submit(api.token, miner, chute) for _ in range(WORKERS)]
        own.postgres.wait_for_row(
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%issue_launch%'"
            f" having count(*) = {WORKERS}")
        own.responder.process.send_signal(signal.SIGTERM)
        assert own.responder.process.wait(HANG_S) == 0
        own.responder.process = None
        assert [one.result().status for one in answers] == [503] * WORKERS
    blocker.rollback()
    blocker.close()
    assert "are killed" not in own.responder.log()


def test_orphans_give_up_a_lock_in_the_database(own):
    api, miner, chute = Api(own), own.network.miner(), own.network.chute()
    workers = own.responder.workers()
    blocker = own.postgres.connect()
    blocker.autocommit = False
    blocker.cursor().execute("lock table public.chutes in access exclusive mode")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waits = pool.submit(api.token, miner, chute)
        own.postgres.wait_for_row(
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%issue_launch%'")
        os.kill(own.responder.process.pid, signal.SIGKILL)
        assert waits.result().status == 503
    wait_until_gone(workers)
    blocker.rollback()
    blocker.close()
    own.responder.process.wait()
    own.responder.start()
    assert api.token(miner, chute).status == 200
