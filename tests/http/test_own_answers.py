"""What nginx and Apache answer themselves, in the responder's place: in the contract's form, with an id. Each
answer is drawn from a real one by bytes on a socket."""

import contextlib
import http.client
import json
import re
import socket
import ssl

import pytest

from harness.apache import proxied
from harness.processes import HANG_S
from harness.webserver import Nginx

HOST = b"Host: localhost\r\n"
LARGE = b"Content-Length: 99999999999\r\n"

# What is sent, and what an answer's status may be, of nginx and of Apache; None: the responder's own.
CASES = {
    "no host": (b"GET /ping HTTP/1.1\r\n\r\n", 400, 400),
    "two lengths": (b"POST /ping HTTP/1.1\r\n" + HOST + 2 * b"Content-Length: 1\r\n" + b"\r\n", 400, None),
    "a length that is none": (b"POST /ping HTTP/1.1\r\n" + HOST + b"Content-Length: x\r\n\r\n", 400, 400),
    "no request": (b"\x00\x01\r\n\r\n", 400, 400),
    "above the root": (b"GET /../x HTTP/1.1\r\n" + HOST + b"\r\n", 400, 400),
    "its own places": (b"GET /.rigger/400 HTTP/1.1\r\n" + HOST + b"\r\n", 404, None),
    "TRACE": (b"TRACE /ping HTTP/1.1\r\n" + HOST + b"\r\n", 405, 405),
    "CONNECT": (b"CONNECT localhost:1 HTTP/1.1\r\n" + HOST + b"\r\n", 400, 400),
    "a large body": (b"POST /ping HTTP/1.1\r\n" + HOST + LARGE + b"\r\n", 413, None),
    "a long path": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, 414),
    "a long header": (b"GET /ping HTTP/1.1\r\n" + HOST + b"X-Y: " + b"a" * 9000 + b"\r\n\r\n", 431, 400),
    "another coding": (b"POST /ping HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n", 501, 400),
    "another version": (b"GET /ping HTTP/2.0\r\n" + HOST + b"\r\n", 505, None),
}


def raw(port, data, certificate=None):
    """The answer to these bytes: status, headers, body."""
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=HANG_S))
        if certificate is not None:
            context = ssl.create_default_context(cafile=certificate)
            connection = stack.enter_context(context.wrap_socket(connection, server_hostname="localhost"))
        connection.sendall(data)
        response = http.client.HTTPResponse(connection)
        response.begin()
        with contextlib.suppress(ConnectionResetError, ssl.SSLError):
            return response.status, response.headers, response.read().decode()
        return response.status, response.headers, ""


def check(answer, status):
    """It is of that status, and of the contract's form."""
    got, headers, text = answer
    assert got == status, text
    assert headers["Content-Type"] == "application/json" and headers["Cache-Control"] == "no-store"
    assert headers.get_all("X-Request-ID") and len(headers.get_all("X-Request-ID")) == 1
    assert re.fullmatch(r"[\w@-]{16,36}", headers["X-Request-ID"])
    assert list(json.loads(text)) == ["detail"] and isinstance(json.loads(text)["detail"], str)
    assert ("Retry-After" in headers) == (status in (429, 503))
    return headers


def behind(stack, place, main="rigger.conf", **replacements):
    """An nginx of its own, where other text stands in its files."""
    return Nginx(str(place), stack.nginx.source, stack.settings, main=main, replacements=replacements)


@contextlib.contextmanager
def running(server):
    """Started, and stopped."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module", params=["rigger.conf", "beside_chutes.conf", "beside, on loopback"])
def nginx(request, stack, tmp_path_factory):
    """Each server that nginx's files have: its port, its certificate where it speaks TLS, and whether all
    that it takes is the responder's."""
    place = tmp_path_factory.mktemp("nginx")
    place.chmod(0o755)
    place.parent.chmod(0o755)
    main = request.param if request.param.endswith(".conf") else "beside_chutes.conf"
    with running(behind(stack, place, main)) as server:
        loopback = request.param != main
        port, certificate = (server.local_port, None) if loopback else (server.port, server.certificate)
        yield port, certificate, loopback or main == "rigger.conf"


@pytest.mark.parametrize("case", CASES)
def test_nginx_answers_as_the_responder_does(nginx, case):
    sent, status, _ = CASES[case]
    if status == 413 and not nginx[2]:
        pytest.skip("bodies of the Python service's have no limit here")
    headers = check(raw(nginx[0], sent, nginx[1]), status)
    assert status != 405 or "Allow" in headers


def test_nginx_says_that_https_is_required(stack):
    check(raw(stack.nginx.port, b"GET /ping HTTP/1.1\r\n" + HOST + b"\r\n"), 400)


PING = b"GET /ping HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.fixture
def silent(place):
    """The socket of a responder that takes connections and answers nothing."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place / "silent.sock"))
        (place / "silent.sock").chmod(0o777)
        listener.listen(16)
        yield listener.getsockname()


def test_nginx_answers_for_a_responder_that_does_not(stack, place, silent):
    other = {stack.settings["server"]["fast_socket"]: silent,
             "fastcgi_read_timeout 2190s": "fastcgi_read_timeout 1s"}
    with running(behind(stack, place, **other)) as server:
        check(raw(server.port, PING, server.certificate), 503)


def test_nginx_answers_for_services_that_are_not_there(stack, place):
    other = {stack.settings["server"]["fast_socket"]: "/nonexistent/fast.sock",
             "127.0.0.1:8000": "127.0.0.1:1"}
    with running(behind(stack, place, "beside_chutes.conf", **other)) as server:
        check(raw(server.local_port, PING), 503)
        check(raw(server.port, PING, server.certificate), 502)


def test_nginx_says_429_as_the_responder_does(stack, place):
    other = {"rate=50r/s": "rate=1r/m", "burst=200": "burst=1", "127.0.0.1  0;": "127.0.0.1  1;"}
    with running(behind(stack, place, **other)) as server:
        for _ in range(2):
            assert raw(server.port, PING, server.certificate)[0] == 200
        check(raw(server.port, PING, server.certificate), 429)


@pytest.fixture(scope="module")
def apache(stack, tmp_path_factory):
    """apache/rigger.conf."""
    place = tmp_path_factory.mktemp("apache")
    place.chmod(0o755)
    with running(proxied(stack, place)) as server:
        yield server


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case][2] is not None])
def test_apache_answers_as_the_responder_does(apache, case):
    sent, _, status = CASES[case]
    check(raw(apache.port, sent, apache.certificate), status)


def test_apache_says_that_https_is_required(apache):
    check(raw(apache.port, b"GET /ping HTTP/1.1\r\n" + HOST + b"\r\n"), 400)


def test_apache_answers_for_a_responder_that_is_not_there(stack, place):
    with running(proxied(stack, place, fast_socket="/nonexistent/fast.sock")) as server:
        check(raw(server.port, PING, server.certificate), 503)


def test_apache_leaves_what_the_responder_answers(apache):
    for path, kind in (("/docs/", "text/html; charset=utf-8"), ("/ping", "application/json"),
                       ("/no/such/path", "application/json")):
        _, headers, _ = raw(apache.port, f"GET {path} HTTP/1.1\r\n".encode() + HOST + b"\r\n",
                            apache.certificate)
        assert headers["Content-Type"] == kind
        for name in ("X-Request-ID", "Cache-Control", "X-Content-Type-Options"):
            assert len(headers.get_all(name)) == 1
