"""The responder's socket without a web server: records as they should be, and as they should not."""

import contextlib
import re
import select
import socket

import pytest

from harness.chance import chance
from harness.client import Api
from harness.fastcgi_client import BEGIN, PARAMS, STDIN, begin, exchange, head, record, request
from harness.processes import HANG_S

PING = {"REQUEST_METHOD": "GET", "REQUEST_URI": "/ping", "REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture
def path(stack):
    """The fast pool's socket."""
    return stack.settings["server"]["fast_socket"]


def test_a_plain_request_is_answered(path):
    assert request(path, PING).startswith(b"Status: 200 OK")


@pytest.mark.parametrize("data", [
    b"", b"\x00", b"GET / HTTP/1.0\r\n\r\n", record(BEGIN, b"", version=9), begin(role=2) + record(PARAMS),
    begin() + record(PARAMS, b"\xff\xff\xff\xff"), begin() + record(PARAMS, b"\x7f\x7fabc") + record(PARAMS),
    begin() + record(PARAMS, b"x" * 8, length=60000), begin(), chance("noise").randbytes(4096),
], ids=["nothing", "a zero", "http", "version 9", "authorizer", "endless length", "cut pair",
        "cut record", "begin only", "noise"])
def test_malformed_records_cost_nobody_else_anything(stack, path, data):
    workers = stack.responder.workers()
    exchange(path, data)
    assert request(path, PING).startswith(b"Status: 200 OK")
    assert stack.responder.workers() == workers, "none died of it"


@pytest.mark.parametrize("parameters, status", [
    ({**PING, "CONTENT_LENGTH": "5"}, b"400"), ({**PING, "CONTENT_LENGTH": "-1"}, b"400"),
    ({**PING, "CONTENT_LENGTH": "1e3"}, b"400"), ({**PING, "CONTENT_LENGTH": "99999999999999999999"}, b"4"),
    ({**PING, "CONTENT_LENGTH": "262145"}, b"413"), ({"REQUEST_METHOD": "GET"}, b"400"),
    ({**PING, "REQUEST_URI": "ping"}, b"400"), ({**PING, "REQUEST_URI": "https://host/ping"}, b"200"),
])
def test_a_body_that_is_not_what_was_announced_is_refused(path, parameters, status):
    assert request(path, parameters).startswith(b"Status: " + status)


def test_a_body_shorter_than_announced_is_refused(stack):
    path = stack.settings["server"]["slow_socket"]
    data = head({**PING, "REQUEST_METHOD": "PUT", "REQUEST_URI": "/instances/launch_config/x",
                 "CONTENT_LENGTH": "10"})
    assert exchange(path, data + record(STDIN, b"12345") + record(STDIN)).startswith(b"Status: 400")


@contextlib.contextmanager
def peers(path, *sent, each=8):
    """So many peers for each of these bytes, that say no more and wait."""
    with contextlib.ExitStack() as stack:
        connections = []
        for data in sent * each:
            peer = stack.enter_context(socket.socket(socket.AF_UNIX))
            peer.settimeout(HANG_S)
            peer.connect(path)
            peer.sendall(data)
            connections.append(peer)
        yield connections


def is_open(peer):
    """Whether nothing has come, not even an end."""
    return not select.select([peer], [], [], 0)[0]


HALVES = [b"", b"\x01", begin(), head(PING)[:-12]]


def test_half_open_peers_keep_no_worker_from_a_token(network, api, path):
    with peers(path, *HALVES) as half:
        assert request(path, PING).startswith(b"Status: 200 OK")
        assert api.token(network.miner(), network.chute()).status == 200
        assert all(is_open(peer) for peer in half), "nobody was waited for"


@pytest.mark.parametrize("pool", ["fast_socket", "slow_socket"])
def test_peers_with_half_a_body_keep_no_worker_from_others(stack, pool):
    whole = head({**PING, "CONTENT_LENGTH": "10"}) + record(STDIN, b"12345")
    path = stack.settings["server"][pool]
    with peers(path, whole, each=24) as half:
        assert request(path, PING).startswith(b"Status: ")
        assert all(is_open(peer) for peer in half), "nobody was waited for"


def test_a_peer_in_the_lobby_is_served_when_its_request_comes(stack, path):
    with peers(path, head(PING)[:-12], each=12) as late:
        assert request(path, PING).startswith(b"Status: 200 OK")
        workers = stack.responder.workers()
        for peer in late:
            peer.sendall(head(PING)[-12:] + record(STDIN))
        assert all(b"Status: 200 OK" in peer.recv(65536) for peer in late)
        assert stack.responder.workers() == workers


def silent(stack):
    """How many connections were closed because no whole request came."""
    text = Api(stack).request("GET", "/metrics").text
    return int(re.search(r"^rigger_connections_silent_total (\d+)$", text, re.M)[1])


def test_a_request_that_does_not_come_in_time_is_closed_and_counted(stack, path):
    before = silent(stack)
    with stack.responder.having("server", head_timeout_ms=50, body_timeout_ms=100), \
            peers(path, *HALVES, head({**PING, "CONTENT_LENGTH": "10"}), each=2) as half:
        assert [peer.recv(1) for peer in half] == [b""] * len(half)
    assert silent(stack) == before + len(half)


@pytest.mark.parametrize("begun", [
    head({**PING, "CONTENT_LENGTH": "200000"}) + record(STDIN, b"x" * 60000) * 2
    + record(STDIN, b"", length=60000),
    begin() + record(PARAMS, b"x" * 60000) * 2 + record(PARAMS, b"", length=60000),
], ids=["a body", "parameters"])
def test_a_large_request_that_trickles_ends_when_its_time_is_over(stack, path, begun):
    sent = 0
    with stack.responder.having("server", body_timeout_ms=200), peers(path, begun, each=1) as (peer,), \
            contextlib.suppress(BrokenPipeError):
        while not select.select([peer], [], [], 0.02)[0]:
            peer.sendall(b"x")
            sent += 1
    assert sent < 60000, "its record was never whole"


def test_peers_that_do_not_hang_up_are_not_waited_for(path):
    whole = head(PING) + record(STDIN)
    wrong = begin(role=2) + record(PARAMS) + record(STDIN)
    with peers(path, whole, wrong, each=40) as staying:
        assert request(path, PING).startswith(b"Status: 200 OK")
        for peer in staying:
            while peer.recv(65536):
                pass
