"""The targets of chutes in a real Redis, read before the capacity log by every request that capacity
decides."""

import json
import os
import re
import signal
import subprocess
import tempfile
import uuid

import pytest

from harness.client import Api
from harness.jobs import job_of
from harness.processes import wait_for
from harness.redis_server import PASSWORD, RedisServer
from harness.stack import Stack


@pytest.fixture(scope="module")
def server():
    """The Redis in which the network keeps its targets."""
    with tempfile.TemporaryDirectory(prefix="rigger-redis-") as directory:
        running = RedisServer(directory)
        running.start()
        yield running
        running.stop()


@pytest.fixture(scope="module")
def stack(server):
    """A stack that reads them there."""
    def change(settings):
        settings["capacity"] = {"redis_url": f"unix:{server.path}", "redis_password": PASSWORD,
                                "redis_timeout_ms": 2000}
        settings["events"] = {"relay_interval_ms": 20}

    with Stack(change) as running:
        yield running


@pytest.fixture(scope="module")
def api(stack):
    """Clients of it."""
    return Api(stack)


@pytest.fixture
def miner(stack):
    """Somebody who has no instance yet."""
    return stack.network.miner(gpus=2)


def chute_with(stack, logged, hot=1, permitted=None, **options):
    """A chute with that target in the log and hot instances of others, in a rolling update where somebody
    is permitted."""
    chute = stack.network.chute(target=logged, **options)
    for _ in range(hot):
        stack.postgres.execute(
            "insert into public.instances (instance_id, host, port, chute_id, version, miner_uid,"
            " miner_hotkey, miner_coldkey, active, verified)"
            " values (gen_random_uuid(), %s, 1, %s, 'v', 7, %s, 'c', true, true)",
            (str(uuid.uuid4()), chute, stack.network.miner().hotkey))
    if permitted is not None:
        stack.postgres.execute(
            "insert into public.rolling_updates (chute_id, old_version, new_version, started_at, permitted)"
            " values (%s, '1', '2', now(), %s)", (chute, json.dumps(permitted)))
    return chute


def tell(server, chute, target):
    """Writes a target as the network's autoscaler does."""
    server.client().set(f"scale:{chute}", target, ex=3700)


def reads(api):
    """How many looks at a target had which result."""
    text = api.request("GET", "/metrics").text
    return {result: int(count) for result, count in
            re.findall(r'^rigger_target_reads_total\{result="(\w+)"\} (\d+)$', text, re.MULTILINE)}


@pytest.mark.parametrize("logged, told, wanted", [(1, 3, 200), (3, 1, 423), (3, 0, 423), (None, 3, 200),
                                                  (1, None, 423), (3, None, 200)])
def test_a_token_goes_by_redis_and_where_it_is_silent_by_the_log(stack, server, api, miner, logged, told,
                                                                 wanted):
    chute = chute_with(stack, logged)
    if told is not None:
        tell(server, chute, told)
    assert api.token(miner, chute).status == wanted


def test_a_claim_goes_by_what_redis_tells_then(stack, server, api, miner):
    chute = chute_with(stack, 1)
    tell(server, chute, 3)
    launch = api.launch(miner, chute)
    tell(server, chute, 1)
    assert launch.claim(miner.gpus[:1]).status == 423
    server.client().delete(f"scale:{chute}")
    assert launch.claim(miner.gpus[:1]).status == 423, "the log"
    tell(server, chute, 2)
    assert launch.claim(miner.gpus[:1]).status == 200
    (place,) = stack.postgres.execute("select instances_allowed from rigger.placements where chute_id = %s",
                                      (chute,))
    assert place["instances_allowed"] == 2


def test_in_a_rolling_update_the_quota_counts_from_where_redis_says(stack, server, api, miner):
    """The log says six, Redis three, and one instance is hot: two below the target begins the quota."""
    chute = chute_with(stack, 6, permitted={"somebody else": 1})
    assert api.token(miner, chute).status == 200
    tell(server, chute, 3)
    assert api.token(miner, chute).status == 423
    tell(server, chute, 4)
    launch = api.launch(miner, chute)
    tell(server, chute, 3)
    assert launch.claim(miner.gpus[:1]).status == 423
    tell(server, chute, 4)
    assert launch.claim(miner.gpus[:1]).status == 200


def test_an_instance_of_an_old_sdk_goes_by_redis(stack, server, api, miner):
    chute = chute_with(stack, 1, chutes_version="0.2.20")
    body = {"node_ids": [miner.gpus[0][0]], "host": miner.gpus[0][1], "port": 31000}
    assert api.signed(miner, "POST", f"/instances/{chute}/", body).status == 423
    tell(server, chute, 3)
    assert api.signed(miner, "POST", f"/instances/{chute}/", body).status == 202


def test_a_job_asks_for_no_target(stack, server, api):
    miner = stack.network.miner(gpus=1, host="127.0.0.1")
    chute = chute_with(stack, 0, jobs=[{"name": "train", "ports": [], "timeout": 3600}])
    tell(server, chute, 0)
    before = sum(reads(api).values())
    answer = api.token(miner, chute, job_of(stack, chute))
    assert answer.status == 200
    launch = type(api.launch(miner, stack.network.chute()))(api, answer.json)
    mapping = [{"internal_port": 8000, "external_port": 43000, "proto": "tcp"}]
    assert launch.claim(miner.gpus, port_mappings=mapping).status == 200
    assert sum(reads(api).values()) == before + 1, "that of the other chute's token"


def test_what_is_no_target_is_left_to_the_log_and_told_once(stack, server, api, miner):
    chute, other = chute_with(stack, 3), chute_with(stack, 1)
    tell(server, other, 3)
    before = reads(api)["unfit"]
    for odd in ("five", "-1", "3.5", "1" * 1000, b"\xff\x00", "99999999999999999999"):
        tell(server, chute, odd)
        assert api.token(miner, chute).status == 200
        assert api.token(miner, other).status == 200, "of no concern to another chute"
    server.client().delete(f"scale:{chute}")
    server.client().rpush(f"scale:{chute}", 0)
    assert api.token(miner, chute).status == 200
    assert reads(api)["unfit"] == before + 7
    said = (line.get("message", "") for line in stack.responder.log_lines())
    told = [message for message in said if "in Redis is none" in message]
    assert len(told) == 1 and chute in told[0], "one line a minute"


def test_while_redis_is_slow_one_waits_and_the_others_go_by_the_log(stack, server, api, miner):
    chute = chute_with(stack, 1)
    tell(server, chute, 3)
    assert api.token(miner, chute).status == 200
    log, before = len(stack.responder.log()), reads(api)
    server.process.send_signal(signal.SIGSTOP)
    try:
        for _ in range(20):
            assert api.token(miner, chute).status == 423, "the log"
    finally:
        server.process.send_signal(signal.SIGCONT)
    after = reads(api)
    away, paused = (after[result] - before[result] for result in ("away", "paused"))
    assert away + paused == 20 and 1 <= away < paused
    assert stack.responder.log()[log:].count("Redis does not tell them: ") == 1
    wait_for(lambda: api.token(miner, chute).status == 200, "the target in Redis")
    stack.responder.wait_for_log("Redis tells the targets again")


def riggerctl(stack, *arguments):
    """riggerctl with the configuration of the stack, as who owns the database."""
    return subprocess.run([os.path.join(stack.build, "riggerctl"), "target", *arguments], text=True,
                          capture_output=True, check=False,
                          env={**stack.responder.environment(), "RIGGER_CONFIG": stack.responder.config,
                               "RIGGER_DATABASE_DSN": stack.postgres.dsn})


def test_a_target_of_an_administrator_is_in_redis_when_the_command_is_done(stack, server, api, miner):
    chute = chute_with(stack, 1)
    tell(server, chute, 1)
    assert api.token(miner, chute).status == 423
    for more in ((), ("--dsn", stack.postgres.dsn)):
        for target in ("7", "3"):
            done = riggerctl(stack, chute, target, *more)
            assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
            assert server.client().get(f"scale:{chute}").decode() == target
            assert 3600 < server.client().ttl(f"scale:{chute}") <= 3700
    assert api.token(miner, chute).status == 200
    assert stack.postgres.execute("select target from rigger.v_chute_capacity where chute_id = %s",
                                  (chute,))[0]["target"] == 3


def test_of_targets_that_waited_the_newest_is_set_and_none_after_it(stack, server):
    chutes = [chute_with(stack, 1) for _ in range(3)]
    last = stack.postgres.execute("select last_event_id as id from rigger.event_consumers"
                                  " where consumer = 'target relay'")[0]["id"]
    with server.client().monitor() as monitor:
        server.process.send_signal(signal.SIGSTOP)
        try:
            for target in range(2, 12):
                for chute in chutes:
                    stack.postgres.execute("select rigger.set_target(%s, %s)", (chute, target))
            stuck = riggerctl(stack, "--wait", "0", chutes[0], "12")
        finally:
            server.process.send_signal(signal.SIGCONT)
        assert (stuck.returncode, stuck.stdout) == (3, "") and "Redis does not have it yet" in stuck.stderr
        done = riggerctl(stack, "--wait", "180", chutes[1], "13")
        assert done.returncode == 0, done.stderr
        # All of it again, as after a crash between the setting and the acknowledging.
        stack.postgres.execute("update rigger.event_consumers set last_event_id = %s, taken_at = null"
                               " where consumer = 'target relay'", (last,))
        assert riggerctl(stack, "--wait", "180", chutes[2], "14").returncode == 0
        server.client().set("the last", "one")
        said = []
        while "the last" not in (command := monitor.next_command()["command"]):
            said.append(command.split())
    for chute, newest in zip(chutes, (12, 13, 14)):
        told = [int(words[2]) for words in said if words[:2] == ["SET", f"scale:{chute}"]]
        assert told == sorted(told) and told[-1] == newest


def test_while_redis_is_down_the_log_counts_and_targets_wait(stack, server, api, miner):
    chute = chute_with(stack, 3)
    server.stop()
    stack.postgres.execute("select rigger.set_target(%s, 3)", (chute,))
    stack.responder.wait_for_log("targets wait in the database")
    log = len(stack.responder.log())
    launch = api.launch(miner, chute)
    assert launch.claim(miner.gpus[:1]).status == 200
    assert stack.responder.log()[log:].count("Redis does not tell them: ") == 1
    server.start()
    wait_for(lambda: server.client().get(f"scale:{chute}") == b"3", "the target that waited")
    tell(server, chute, 1)
    wait_for(lambda: api.token(miner, chute).status == 423, "the target in Redis")


def test_a_restart_of_redis_is_not_noticed(stack, server, api, miner):
    """The connections that the workers kept are closed; nobody goes by the log for that."""
    chute = chute_with(stack, 1)
    tell(server, chute, 3)
    for _ in range(20):
        assert api.token(miner, chute).status == 200
    server.stop()
    server.start()
    tell(server, chute, 3)
    for _ in range(20):
        assert api.token(miner, chute).status == 200


@pytest.mark.parametrize("url", ["localhost", "redis://", "rediss://host", "unix:relative"])
def test_what_is_no_redis_url_is_refused_at_the_start(stack, url):
    checked = stack.responder.check(capacity={"redis_url": url})
    assert checked.returncode == 78 and "[capacity] redis_url" in checked.stderr
