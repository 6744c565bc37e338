"""X-Forwarded-For in two lines, as it reaches the responder from each web server and without one.

A client writes a line, and its proxy adds one below. nginx before 1.23 hands both over as they came, Apache
joins them, and so does whoever runs a CGI program. What counts is the same in all of them.
"""

import uuid

import pytest

from harness.apache import hosted, proxied
from harness.client import Api
from harness.fastcgi_client import BEGIN, PARAMS, STDIN, exchange, parameter, record
from harness.stack import Stack

PROXIES = "127.0.0.1, 10.0.0.0/8"
CLIENT, FORGED = "203.0.113.9", "198.51.100.1"

# The lines, and the address that counts.
CASES = [
    ([CLIENT], CLIENT),
    ([FORGED, CLIENT], CLIENT),
    ([FORGED, f"{CLIENT}, 10.1.2.3"], CLIENT),
    ([f"{FORGED}, {CLIENT}", "10.1.2.3"], CLIENT),
    (["127.0.0.1", CLIENT], CLIENT),
    ([CLIENT, "nonsense"], "127.0.0.1"),
]


@pytest.fixture(scope="module", name="own")
def own_stack():
    """Servers that trust proxies; one address may read the metrics."""
    def settings(of):
        of["server"].update(trusted_proxies=PROXIES, metrics_allow="127.0.0.1")
    with Stack(settings) as stack:
        yield stack


@pytest.fixture(params=["nginx", "proxy_fcgi", "fcgid", "cgi"])
def front(request, own, place):
    """The endpoints through one of the front ends."""
    if request.param == "nginx":
        yield Api(own)
        return
    if request.param == "proxy_fcgi":
        apache = proxied(own, place)
    else:
        apache = hosted(own, place, ["fcgid"] if request.param == "fcgid" else ["cgid"])
    apache.start()
    try:
        yield Api(own, apache)
    finally:
        apache.stop()


def token_of(stack, address):
    """What token_check answers for an address."""
    name = f"{address}:{stack.settings['launch']['ip_check_salt']}"
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


def test_two_lines_are_one_list(own, front):
    for lines, counts in CASES:
        answer = front.request("GET", "/instances/token_check",
                               headers=[("X-Forwarded-For", line) for line in lines])
        assert answer.json["token"] == token_of(own, counts), (lines, counts)


def test_a_second_line_does_not_open_the_metrics(front):
    """The proxy's own address may read them, and does not count where it speaks for somebody."""
    assert front.request("GET", "/metrics").status == 200
    for lines in ([CLIENT], [FORGED, CLIENT], ["127.0.0.1", CLIENT]):
        answer = front.request("GET", "/metrics", headers=[("X-Forwarded-For", line) for line in lines])
        assert answer.status == 403, lines


def test_two_lines_are_one_list_without_a_web_server(own):
    for lines, counts in CASES:
        pairs = b"".join(parameter(name, value) for name, value in [
            ("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/instances/token_check"),
            ("REMOTE_ADDR", "127.0.0.1"), *(("HTTP_X_FORWARDED_FOR", line) for line in lines)])
        answer = exchange(own.settings["server"]["fast_socket"],
                          record(BEGIN, b"\0\1\0\0\0\0\0\0") + record(PARAMS, pairs) + record(PARAMS)
                          + record(STDIN))
        assert token_of(own, counts).encode() in answer, (lines, counts)
