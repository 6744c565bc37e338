"""Descriptors that run out, and are there again: the limits of running processes are lowered and raised."""

import contextlib
import resource
import time

import pytest

from harness.busy import answer, connect, limit_for, queue, ticks
from harness.client import Api
from harness.fastcgi_client import begin
from harness.processes import wait_for
from harness.stack import Stack

PER_SECOND = 100    # clock ticks, on every Linux


@pytest.fixture(scope="module")
def own():
    """A stack with one worker a pool."""
    def change(settings):
        settings["server"].update(fast_workers=1, slow_workers=1)

    with Stack(change) as stack:
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []


@contextlib.contextmanager
def limited(pids, more=0):
    """So many more descriptors than it has open, and no other, for each of these processes."""
    before = {pid: resource.prlimit(pid, resource.RLIMIT_NOFILE) for pid in pids}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit_for(pid, more), hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)


def test_a_worker_without_descriptors_says_so_rests_and_serves_again(own):
    path = own.settings["server"]["fast_socket"]
    workers = own.responder.workers()
    assert Api(own).request("GET", "/ping").status == 200
    with limited(workers):
        waiting = queue(path, 3)
        own.responder.wait_for_log("cannot take a connection, trying again: Too many open files")
        began, used = time.monotonic(), sum(map(ticks, workers))
        wait_for(lambda: time.monotonic() - began > 1, "a second")
        busy = (sum(map(ticks, workers)) - used) / PER_SECOND / (time.monotonic() - began)
        assert busy < 0.5, "nobody asks again and again"
        assert own.responder.log().count("cannot take a connection") <= len(workers)
    assert all(answer(connection).startswith(b"Status: 200") for connection in waiting)
    own.responder.wait_for_log("connections are taken again")


def test_peers_that_say_half_of_a_request_cannot_use_up_a_worker_s_descriptors(own):
    path = own.settings["server"]["fast_socket"]
    api = Api(own)
    assert api.request("GET", "/ping").status == 200
    with limited(own.responder.workers(), more=8):
        half = [connect(path, begin()) for _ in range(30)]
        assert api.request("GET", "/livez").status == 200
        for connection in half:
            connection.close()
    assert api.request("GET", "/ping").status == 200


def test_a_database_for_which_there_is_no_descriptor_is_503(own):
    api = Api(own)
    own.responder.renew()    # nobody is connected yet
    with limited(own.responder.workers(), more=1):
        assert api.request("GET", "/ping").status == 503
    wait_for(lambda: api.request("GET", "/ping").status == 200, "the database again")


def test_a_master_without_descriptors_keeps_its_configuration_and_reloads_later(own):
    workers = set(own.responder.workers())
    with limited([own.responder.process.pid]):
        own.responder.reload()
        own.responder.wait_for_log("the old configuration stays in force")
        assert Api(own).request("GET", "/ping").status == 200
    assert workers <= set(own.responder.workers())
    own.responder.renew()
    assert Api(own).request("GET", "/ping").status == 200
