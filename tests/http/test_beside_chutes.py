"""nginx/beside_chutes.conf: what Rigger serves of /instances is ours, by the share that one line says; all
the rest is the Python service's, untouched."""

import concurrent.futures
import http.client
import itertools
import os
import re
import secrets
import uuid

import pytest

from harness.client import Api, Launch
from harness.processes import HANG_S, wait_for
from harness.python_service import PythonService
from harness.routes import filled, routes
from harness.stack import SOURCE, Stack
from harness.tokens import payload_of
from harness.webserver import Nginx

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def use_a_launch_key(settings):
    """The key that both services sign with."""
    del settings["launch"]["launch_secret"]
    settings["launch"]["launch_key"] = secrets.token_hex(24)


@pytest.fixture(scope="module")
def beside():
    """A stack whose nginx has both behind it; the Python service leads launches of its own."""
    stack = Stack(use_a_launch_key)
    stack.python = PythonService(stack)
    stack.nginx = Nginx(stack.directory, stack.nginx.source, stack.settings, main="beside_chutes.conf",
                        replacements={"127.0.0.1:8000": stack.python.address})
    with stack:
        stack.python.start()
        yield stack
        stack.python.stop()
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []


@pytest.fixture
def share(beside, request):
    """Sets the share; a parameter of the test, or by calling it."""
    if hasattr(request, "param"):
        beside.nginx.share(request.param)
    return beside.nginx.share


def is_theirs(answer):
    """Whether the Python service was asked."""
    return "theirs" in answer.text


def ask(beside, method, path, **options):
    """One request; its answer, and whether the Python service gave it: ours names the request."""
    answer = Api(beside).request(method, path, **options)
    return answer, "X-Request-ID" not in answer.headers


def matches(pattern, path):
    """Whether a route's path, as `rigger routes` prints it, is this path."""
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(pattern)), path) is not None


def test_nothing_is_ours_as_it_is_shipped(beside):
    with open(os.path.join(SOURCE, "nginx/beside_share.conf"), encoding="utf-8") as conf:
        assert "\n    default 0;\n" in conf.read()
    assert all(is_theirs(Api(beside).request(method, filled(path))) for method, path, _ in routes()
               if path.startswith("/instances") and "config_id" not in path and method != "DELETE"
               and path != "/instances/launch_config")


@pytest.mark.parametrize("share", ["all"], indirect=True)
def test_exactly_our_routes_are_ours(beside, share):
    ours = [(method, path) for method, path, _ in routes() if path.startswith("/instances")]
    assert len(ours) >= 8
    paths = {filled(path) for _, path in ours} | {"/instances", "/instances/", "/instances/x",
                                                  "/instances/a/b/c", "/instances/launch_config/x/y"}
    for method, path in itertools.product(METHODS, sorted(paths)):
        answer, theirs = ask(beside, method, path, body=b"" if method in ("POST", "PUT") else None)
        expected = any(method == known and matches(pattern, path) for known, pattern in ours)
        assert theirs is not expected, f"{method} {path}: {answer}"


@pytest.mark.parametrize("share", ["all"], indirect=True)
@pytest.mark.parametrize("method, path", [
    ("GET", "/chutes/"), ("GET", "/"), ("GET", "/ping"), ("GET", "/metrics"), ("GET", "/docs/"),
    ("POST", "/invocations/x"), ("GET", "/instances_of_another"), ("GET", "/nodes/?x=1"),
    ("GET", "/a%2fb/%C3%A9"), ("DELETE", "/jobs/x"),
    ("GET", "/instances/x/logs?backfill=10"), ("GET", "/instances/x/evidence"), ("GET", "/instances/nonce"),
    ("GET", "/instances/launch_config/x/nonce"), ("POST", "/instances/launch_config/x/graval"),
    ("PUT", "/instances/launch_config/x/tee"), ("GET", "/instances/compute_history.csv"),
    ("POST", "/instances/x/y/disable"), ("GET", "/instances/launch_config/"),
    ("GET", "/instances/token_check/"),
    ("POST", "/instances/x"), ("DELETE", "/instances/x/y/"), ("POST", "/instances/launch_config/x/"),
    ("OPTIONS", "/instances/token_check"), ("POST", "/instances/token_check"),
    ("GET", "//instances/token_check"), ("GET", "/instances//token_check"),
    ("GET", "/./instances/token_check"),
    ("GET", "/x/../instances/token_check"), ("GET", "/x/%2e%2e/instances/token_check"),
    ("GET", "/instances%2ftoken_check"), ("POST", "/instances/launch_config%2fx"),
    ("GET", "/INSTANCES/token_check"),
    ("GET", "/instances/token_check%20"), ("GET", "/instances/token_check%3fsalt=x")])
def test_the_rest_is_theirs_as_it_came(beside, share, method, path):
    answer = Api(beside).request(method, path)
    assert answer.status == 200 and answer.json["theirs"] == path and answer.json["method"] == method
    assert answer.json["for"] == "127.0.0.1"


@pytest.mark.parametrize("share", ["all"], indirect=True)
@pytest.mark.parametrize("method, path, status", [
    ("GET", "/%69nstances/token_check", 200), ("GET", "/instances/token%5fcheck?salt=//x/../y%2f", 200),
    ("GET", "/instances/launch_config?chute_id=%2f", 401), ("POST", "/instances/x/", 401),
    ("PUT", "/instances/launch%5Fconfig/x", 401), ("DELETE", "/instances/x/y", 401)])
def test_our_routes_are_ours_however_they_are_written(beside, share, method, path, status):
    answer, theirs = ask(beside, method, path)
    assert answer.status == status and not theirs


@pytest.mark.parametrize("share", ["all"], indirect=True)
def test_their_bodies_have_their_own_limit_and_ours_have_ours(beside, share):
    answer = Api(beside).request("POST", "/images/", body=b"x" * 6_000_000)
    assert answer.status == 200 and answer.json["length"] == "6000000"
    refused = Api(beside).request("POST", "/instances/launch_config/x", body=b"x" * 6_000_000)
    assert refused.status == 413 and refused.detail == "Request body too large"


@pytest.mark.parametrize("share", ["all"], indirect=True)
def test_our_rates_are_ours_alone(beside, share):
    def statuses(path, address):
        connection = http.client.HTTPSConnection("127.0.0.1", beside.nginx.port, timeout=HANG_S,
                                                 context=Api(beside).context, source_address=(address, 0))
        for _ in range(600):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            yield answer.status
        connection.close()

    assert set(statuses("/chutes/", "127.0.0.2")) == {200}
    assert set(statuses("/instances/token_check", "127.0.0.3")) == {200, 429}


def test_150_slow_requests_of_one_address_all_get_through(beside):
    def slow(_):
        return Api(beside).request("GET", "/instances/x/logs?slow", source=("127.0.0.2", 0)).status

    with concurrent.futures.ThreadPoolExecutor(150) as pool:
        statuses = pool.map(slow, range(150))
        try:
            assert all(beside.python.waiting.acquire(timeout=HANG_S) for _ in range(150))
        finally:
            beside.python.slow.set()
        assert set(statuses) == {200}


def local(beside, path):
    """GET at the server for this machine: (status, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", beside.nginx.local_port, timeout=HANG_S)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.mark.parametrize("path, told", [
    ("/metrics", "rigger_requests_total"), ("/readyz", ""), ("/livez", ""), ("/ping", "pong"),
    ("/docs/", "<html"),
    ("/openapi.json", "openapi"), ("/instances/token_check", "token")])
def test_what_the_public_server_gives_to_them_is_on_loopback(beside, path, told):
    status, text = local(beside, path)
    assert status == 200 and told in text and "theirs" not in text


def test_a_share_is_of_hotkeys_and_grows(beside, share):
    hotkeys = [f"5{secrets.token_hex(23)}" for _ in range(200)]

    def ours():
        found = set()
        connection = http.client.HTTPSConnection("127.0.0.1", beside.nginx.port, timeout=HANG_S,
                                                 context=Api(beside).context)
        for hotkey in hotkeys:
            connection.request("GET", "/instances/token_check", headers={"X-Chutes-Hotkey": hotkey})
            if b"theirs" not in connection.getresponse().read():
                found.add(hotkey)
        connection.close()
        return found

    found = {}
    for value in ("0", "20", "50", "100"):
        share(value)
        found[value] = ours()
    assert found["0"] == set() and found["100"] == set(hotkeys)
    assert 10 < len(found["20"]) < 80 and 60 < len(found["50"]) < 140 and found["20"] < found["50"]


def test_the_steps_that_are_offered_are_those_that_there_are():
    def read(name):
        with open(os.path.join(SOURCE, "nginx", name), encoding="utf-8") as conf:
            return conf.read()

    offered = re.search(r"^#   ((?:\d+ )+\d+)$", read("beside_share.conf"), re.M)[1].split()
    text = read("beside_routes.conf")
    split = re.findall(r"^split_clients \$rigger_caller \$rigger_at_(\d+) +\{ (\d+)% +1; \* 0; \}$", text,
                       re.M)
    mapped = re.findall(r"^    (\d+) +\$rigger_at_(\d+);$", text, re.M)
    assert offered == ["0", *(step for step, _ in mapped), "100"]
    assert split == mapped and all(step == percent for step, percent in split)


class Lives:
    """Whole lives of instances, one after the other on each of some threads, while the share changes."""

    def __init__(self, beside, threads=4):
        self.beside, self.stopped = beside, False
        self.lost, self.configs = [], []
        self.pool = concurrent.futures.ThreadPoolExecutor(threads)
        self.running = [self.pool.submit(self._run) for _ in range(threads)]

    def _run(self):
        api, network = Api(self.beside), self.beside.network
        while not self.stopped:
            miner, chute = network.miner(gpus=1), network.chute()
            launch = api.launch(miner, chute)
            self.configs.append(launch.config_id)
            answers = [launch.claim(miner.gpus)]
            if answers[-1].status == 200:
                answers.append(launch.verify())
            if answers[-1].status == 200:
                answers.append(launch.activate())
            if answers[-1].status == 200:
                answers.append(api.delete(miner, chute, answers[1].json["instance_id"]))
            if answers[-1].status != 200:
                self.lost.append((launch.config_id, answers))

    def more(self, count):
        """Waits until so many more have begun."""
        wanted = len(self.configs) + count
        wait_for(lambda: len(self.configs) >= wanted or self.lost, "lives")

    def stop(self):
        """Lets those under way end."""
        self.stopped = True
        for life in self.running:
            life.result()
        self.pool.shutdown()


def test_no_life_is_lost_while_the_share_changes(beside, share):
    share("0")
    lives, issued_by_us = Lives(beside), {}
    for value in ("0", "5", "50", "100", "0"):
        share(value)
        before = len(lives.configs)
        lives.more(6)
        issued_by_us[value] = sum(uuid.UUID(config).version == 8 for config in lives.configs[before:])
    lives.stop()
    assert lives.lost == []
    assert issued_by_us["100"]
    for config in lives.configs:
        asked = beside.python.asked.get(config, [])
        assert asked == ([] if uuid.UUID(config).version == 8 else ["token", "POST", "PUT", "GET"])


@pytest.mark.parametrize("first, second, version", [("100", "off", 8), ("0", "all", 4)])
def test_a_token_is_claimed_at_the_other_where_its_own_is_gone(beside, share, first, second, version):
    api, miner = Api(beside), beside.network.miner(gpus=1)
    share(first)
    launch = api.launch(miner, beside.network.chute())
    assert uuid.UUID(launch.config_id).version == version
    share(second)
    assert launch.claim(miner.gpus).status == 200
    assert launch.verify().status == 200 and launch.activate().status == 200
    assert bool(beside.python.asked[launch.config_id].count("POST")) is (second == "off")


def test_an_instance_of_either_is_deleted_by_either(beside, share):
    api, network = Api(beside), beside.network
    for before, after in (("100", "off"), ("0", "all")):
        miner, chute = network.miner(gpus=1), network.chute()
        share(before)
        launch = api.hot(miner, chute)
        share(after)
        assert api.delete(miner, chute, launch.instance_id).status == 200


def test_the_stand_in_speaks_as_the_python_service_was_recorded(beside, share):
    share("0")
    api, miner = Api(beside), beside.network.miner(gpus=1)
    issued = api.token(miner, beside.network.chute())
    assert issued.status == 200 and list(issued.json) == ["token", "config_id"]
    assert uuid.UUID(issued.json["config_id"]).version == 4
    assert list(payload_of(issued.json["token"])) == ["exp", "sub", "iat", "url", "env_key", "iss"]
    launch = Launch(api, issued.json)
    claimed = launch.claim(miner.gpus)
    assert {"seed", "iterations", "job_id", "symmetric_key"} <= set(claimed.json)
    assert set(claimed.json["symmetric_key"]) == {"ciphertext", "uuid", "response_plaintext"}
    assert {"chute_id", "instance_id", "verified_at", "activation_url"} <= set(launch.verify().json)
    assert launch.activate().json == {"ok": True}


def test_the_stand_in_verifies_nothing_that_it_has_not_claimed(beside, share):
    api, miner = Api(beside), beside.network.miner(gpus=1)
    share("100")
    launch = api.launch(miner, beside.network.chute())
    assert launch.claim(miner.gpus).status == 200
    share("off")
    assert launch.verify().status == 403
