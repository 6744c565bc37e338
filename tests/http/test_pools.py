"""The pool that an endpoint declares: every web server's configuration that we ship routes by it, on the
decoded path, and the responder refuses what comes by the other pool's socket."""

import glob
import os
import re
import subprocess
import uuid

import pytest

from harness.apache import proxied
from harness.client import Api
from harness.fastcgi_client import request
from harness.processes import wait_for
from harness.routes import filled, routes
from harness.stack import SOURCE
from harness.webserver import Nginx

SHIPPED = ["nginx/rigger.conf", "nginx/beside_chutes.conf", "apache/rigger.conf"]
# What is not ours there goes to a service that does not run here: 502, of nginx as it is.
BESIDE = "nginx/beside_chutes.conf"


def line_of(stack, answer):
    """The responder's log line of an answered request."""
    wanted = answer.headers["X-Request-ID"]
    return wait_for(lambda: next((line for line in stack.responder.log_lines()
                                  if line.get("request_id") == wanted and "route" in line), None),
                    "the request's line")


@pytest.fixture(params=SHIPPED)
def front(request, stack, place):
    """The name of a shipped configuration, and the endpoints through a web server that has it."""
    if request.param.startswith("apache"):
        server = proxied(stack, place)
    else:
        # Beside the Python service nothing is ours as it is shipped.
        server = Nginx(str(place), SOURCE, stack.settings, main=os.path.basename(request.param),
                       replacements={"    default 0;\n}": "    default all;\n}"})
    server.start()
    api = Api(stack, server)
    try:
        yield request.param, api
    finally:
        server.stop()


def test_no_configuration_is_forgotten_here():
    found = [path for path in glob.glob("nginx/*", root_dir=SOURCE) + glob.glob("apache/*", root_dir=SOURCE)
             if ":443" in (text := open(os.path.join(SOURCE, path), encoding="utf-8").read())
             or "listen 443" in text]
    assert sorted(found) == sorted(SHIPPED)


def test_the_routes_are_those_of_the_document(api):
    listed = {(method, path) for method, path, _ in routes()}
    document = api.request("GET", "/openapi.json").json
    documented = {(method.upper(), path) for path, operations in document["paths"].items()
                  for method in operations}
    assert documented <= listed
    assert {pool for _, _, pool in routes()} == {"fast", "slow"}


def test_every_endpoint_is_reached_in_its_pool(stack, front):
    name, api = front
    for method, path, pool in routes():
        if name == BESIDE and not path.startswith("/instances"):
            continue
        line = line_of(stack,
                       api.request(method, filled(path), body=b"" if method in ("POST", "PUT") else None))
        assert line["route"] != "-", f"{method} {path} was refused"
        assert line["process"] == pool, f"{method} {path}"


@pytest.mark.parametrize("method, path", [
    ("POST", "/%69nstances/{id}/"), ("POST", "/instance%73/{id}/"),
    ("POST", "/%69%6e%73%74%61%6e%63%65%73/{id}/"), ("POST", "/instances/%6caunch_config/{id}"),
    ("PUT", "/%69nstances/launch_config/{id}"), ("PUT", "/instances/launch%5fconfig/{id}")])
def test_an_encoded_path_is_slow_all_the_same(stack, front, method, path):
    _, api = front
    answer = api.request(method, path.replace("{id}", str(uuid.uuid4())), body=b"{}")
    assert answer.status == 401
    assert line_of(stack, answer)["process"] == "slow"


@pytest.mark.parametrize("path", [
    "//instances/{id}/", "/instances//{id}/", "/./instances/{id}/", "/x/../instances/{id}/",
    "/x/%2e%2e/instances/{id}/", "/instances/%2e%2e/", "/instances/../instances/%2e%2e/",
    "/%2finstances/{id}/", "/instances%2f{id}/", "/instances/a%2fb/", "/%2569nstances/{id}/"])
def test_a_path_that_is_written_otherwise_is_nobodys(front, path):
    name, api = front
    answer = api.request("POST", path.replace("{id}", str(uuid.uuid4())), body=b"{}")
    assert answer.status in (400, 404) or name == BESIDE and answer.status == 502, answer


@pytest.mark.parametrize("socket, method, path, status", [
    ("fast", "POST", "/instances/x/", b"404"), ("fast", "POST", "/%69nstances/x/", b"404"),
    ("fast", "PUT", "/instances/launch_config/x", b"404"),
    ("fast", "POST", "/instances/launch_config/x", b"404"), ("slow", "GET", "/ping", b"404"),
    ("slow", "GET", "/instances/launch_config", b"404"), ("slow", "POST", "/instances/x/", b"401"),
    ("fast", "GET", "/instances/launch_config", b"401"), ("slow", "GET", "/no/such/path", b"404"),
    ("slow", "POST", "/ping", b"405"), ("fast", "POST", "/instances/x", b"307")])
def test_the_responder_refuses_what_comes_by_the_wrong_socket(stack, socket, method, path, status):
    refused = status == b"404" and path != "/no/such/path"
    before = len(stack.responder.log_lines())
    answer = request(stack.settings["server"][f"{socket}_socket"],
                     {"REQUEST_METHOD": method, "REQUEST_URI": path, "REMOTE_ADDR": "127.0.0.1"})
    assert answer.startswith(b"Status: " + status)
    if status == b"404":
        assert answer.endswith(b'{"detail":"Not Found"}')
    lines = wait_for(lambda: [line for line in stack.responder.log_lines()[before:]
                              if line.get("status") == int(status)],
                     "the request's line")
    told = [line for line in stack.responder.log_lines()[before:]
            if "belongs to the" in line.get("message", "")]
    assert len(told) == refused
    if refused:
        assert told[0]["level"] == "warning" and told[0]["process"] == socket \
            and "rigger routes" in told[0]["message"]
        assert lines[0]["route"] == "-"
