"""nginx/beside_chutes.conf: /instances is ours, the rest is the Python service's."""

import http.server
import threading

import pytest

from harness.client import Api
from harness.python_service import PythonService
from harness.stack import Stack
from harness.webserver import Nginx


@pytest.fixture(scope="module")
def beside():
    """A stack whose nginx has both behind it."""
    theirs = http.server.ThreadingHTTPServer(("127.0.0.1", 0), PythonService)
    threading.Thread(target=theirs.serve_forever, daemon=True).start()
    stack = Stack()
    stack.nginx = Nginx(stack.directory, stack.nginx.source, stack.settings, main="beside_chutes.conf",
                        replacements={"127.0.0.1:8000": f"127.0.0.1:{theirs.server_address[1]}"})
    with stack:
        yield stack
    theirs.shutdown()


def test_a_life_is_ours(beside):
    api, network = Api(beside), beside.network
    miner, chute = network.miner(gpus=1), network.chute()
    assert api.delete(miner, chute, api.hot(miner, chute).instance_id).status == 200


@pytest.mark.parametrize("method, path", [
    ("GET", "/chutes/"), ("GET", "/"), ("GET", "/ping"), ("POST", "/invocations/x"),
    ("GET", "/instances_of_another"), ("GET", "/nodes/?x=1"), ("GET", "/a%2fb/%C3%A9"),
    ("DELETE", "/jobs/x")])
def test_the_rest_is_theirs_as_it_came(beside, method, path):
    answer = Api(beside).request(method, path)
    assert answer.status == 200 and answer.json["theirs"] == path and answer.json["method"] == method
    assert answer.json["for"] == "127.0.0.1"


def test_their_bodies_have_their_own_limit(beside):
    answer = Api(beside).request("POST", "/images/", body=b"x" * 6_000_000)
    assert answer.status == 200 and answer.json["length"] == "6000000"


@pytest.mark.parametrize("path, status",
                         [("/instances", 404), ("/instances/", 404), ("/instances/launch_config", 401),
                          ("/instances/token_check", 200), ("/instances/a/b/c", 404)])
def test_all_of_instances_is_ours(beside, path, status):
    answer = Api(beside).request("GET", path)
    assert answer.status == status and "theirs" not in answer.text
