"""The responder's socket without a web server: records as they should be, and as they should not."""

import socket

import pytest

from harness.chance import chance
from harness.fastcgi_client import BEGIN, PARAMS, STDIN, begin, exchange, head, record, request

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


def test_silent_peers_hold_no_more_workers_than_they_are(stack, path):
    silent = []
    try:
        for _ in range(stack.settings["server"]["fast_workers"] - 1):
            peer = socket.socket(socket.AF_UNIX)
            peer.connect(path)
            peer.sendall(begin())
            silent.append(peer)
        assert request(path, PING).startswith(b"Status: 200 OK")
    finally:
        for peer in silent:
            peer.close()
