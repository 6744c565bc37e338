"""What every answer has in common, and the paths that are no endpoint."""

import os
import re
import subprocess

import pytest

from harness.client import Api
from harness.databases import chosen
from harness.processes import wait_for
from harness.webserver import Nginx


def test_every_answer_has_an_id_and_is_not_stored(api):
    for path in ("/ping", "/no/such/path", "/instances/token_check"):
        answer = api.request("GET", path)
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == "application/json"


def test_the_request_id_of_a_client_is_not_taken_over(api):
    answer = api.request("GET", "/ping", headers={"X-Request-ID": "mine"})
    assert answer.headers["X-Request-ID"] != "mine"


@pytest.mark.parametrize("path, body", [("/ping", {"message": "pong"}), ("/livez", {"status": "alive"}),
                                        ("/readyz", {"status": "ready", "generation": chosen()})])
def test_health(api, path, body):
    answer = api.request("GET", path)
    assert (answer.status, answer.json) == (200, body)


def test_readyz_warns_where_the_login_role_has_no_statement_timeout(stack, api):
    stack.postgres.execute("alter role rigger_server reset statement_timeout")
    try:
        stack.responder.renew()
        answer = api.request("GET", "/readyz")
        assert (answer.status, answer.json["status"]) == (200, "ready")
        (warning,) = answer.json["warnings"]
        assert "alter role rigger_server set statement_timeout" in warning
        said = subprocess.run([os.path.join(stack.build, "riggerctl"), "status", "--dsn", stack.postgres.dsn],
                              capture_output=True, text=True, check=False)
        assert said.returncode == 1 and "statement_timeout" in said.stdout
    finally:
        stack.postgres.execute("alter role rigger_server set statement_timeout = '60s'")
        stack.responder.renew()
    assert "warnings" not in api.request("GET", "/readyz").json


@pytest.mark.parametrize("path",
                         ["/", "/instances", "/instances/a/b/c", "/instances/launch_config/a/b", "/PING",
                          "/%70ing/x", "/instances/launch_config/%2e%2e/activate/x"])
def test_an_unknown_path_is_404(api, path):
    answer = api.request("GET", path)
    assert (answer.status, answer.json) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize("method, path, allowed", [
    ("POST", "/ping", {"GET"}), ("DELETE", "/instances/launch_config", {"GET"}),
    ("GET", "/instances/launch_config/3b5cf1c1-5a0e-4d0e-9d5a-0f6f4a6f2b11",
     {"POST", "PUT", "DELETE", "PATCH"}),
    ("OPTIONS", "/instances/token_check", {"GET"}), ("BREW", "/ping", {"GET"}),
    ("HEAD", "/instances/launch_config", {"GET"}),
])
def test_a_known_path_with_another_method_is_405_with_allow(api, method, path, allowed):
    answer = api.request(method, path)
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(", ")) <= allowed


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_known_path_is_not_redirected_for_its_method(api, method):
    answer = api.request(method, "/instances/token_check")
    assert answer.status == 405 and answer.headers["Allow"] == "GET" and "Location" not in answer.headers


@pytest.mark.parametrize("content_type", [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp",
    "text/json", "application/json/x", "json", "application/+json2"])
def test_a_body_of_another_content_type_is_refused_as_a_text(network, api, content_type):
    launch = api.launch(network.miner(gpus=1), network.chute())
    answer = api.request("POST", launch.path, headers={**launch.headers(), "Content-Type": content_type,
                                                       "Content-Length": "2"}, sent=b"{}")
    assert answer.status == 422
    assert answer.detail == [{"type": "model_attributes_type", "loc": ["body"], "input": "{}",
                              "msg": "Input should be a valid dictionary or object to extract fields from"}]


@pytest.mark.parametrize("content_type", [
    None, "application/json", "application/json; charset=utf-8", "Application/JSON",
    "application/vnd.api+json"])
def test_a_body_of_json_is_read(network, api, content_type):
    launch = api.launch(network.miner(gpus=1), network.chute())
    named = {"Content-Type": content_type} if content_type else {}
    headers = {**launch.headers(), "Content-Length": "2", **named}
    answer = api.request("POST", launch.path, headers=headers, sent=b"{}")
    assert answer.status == 422 and {error["type"] for error in answer.detail} == {"missing"}


def test_an_answer_to_the_challenge_is_read_whatever_its_content_type(network, api):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus).status == 200
    answer = api.request("PUT", launch.path, headers={**launch.headers(), "Content-Type": "text/plain",
                                                      "Content-Length": "2"}, sent=b"{}")
    assert answer.status == 422 and {error["type"] for error in answer.detail} == {"missing"}


@pytest.mark.parametrize("path, location", [
    ("/ping/", "/ping"),
    ("/instances/launch_config/?chute_id=x&y=%20", "/instances/launch_config?chute_id=x&y=%20"),
    ("/instances/token_check/", "/instances/token_check"),
])
def test_a_path_that_differs_in_its_slash_is_307(api, path, location):
    answer = api.request("GET", path)
    assert answer.status == 307
    assert answer.headers["Location"].endswith(location)


def test_no_answer_tells_of_the_inside(stack, network, api):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    answers = [launch.claim(miner.gpus), launch.verify(), launch.activate(), launch.activate()]
    row, = stack.postgres.execute("select i.symmetric_key, c.env_key from public.instances i"
                                  " join public.launch_configs c using (config_id) where config_id = %s",
                                  (launch.config_id,))
    for answer in answers:
        assert row["symmetric_key"] not in answer.text
        assert row["env_key"] not in answer.text
    log = stack.responder.log()
    for secret in (row["symmetric_key"], row["env_key"], launch.token,
                   stack.settings["launch"]["launch_secret"]):
        assert secret not in log


def test_every_line_of_the_log_is_json_and_tells_of_its_request(stack, api):
    request_id = api.request("GET", "/ping").headers["X-Request-ID"]
    stack.responder.wait_for_log(request_id)
    line, = wait_for(lambda: [line for line in stack.responder.log_lines()
                              if line.get("request_id") == request_id], "the line")
    assert line["route"] == "ping" and line["status"] == 200 and line["method"] == "GET"
    assert line["ms"] >= line["db_ms"] > 0


@pytest.fixture
def strict_api(stack, tmp_path):
    """Through an nginx of its own, which after the burst lets hardly anything pass:
    however slow we are, we are too fast."""
    tmp_path.chmod(0o755)
    nginx = Nginx(str(tmp_path), stack.nginx.source, stack.settings, replacements={"rate=50r/s": "rate=1r/m"})
    nginx.start()
    try:
        yield Api(stack, nginx)
    finally:
        nginx.stop()


def test_addresses_other_than_the_machine_s_own_are_limited(strict_api):
    api = strict_api
    assert {api.request("GET", "/instances/token_check").status for _ in range(260)} == {200}
    answers = [api.request("GET", "/instances/token_check", source=("127.0.0.2", 0)) for _ in range(260)]
    limited = [answer for answer in answers if answer.status == 429]
    assert limited and {answer.status for answer in answers} == {200, 429}
    assert limited[0].json == {"detail": "Too many requests"}
    assert limited[0].headers["Retry-After"]
