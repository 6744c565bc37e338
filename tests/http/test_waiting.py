"""Waits for a slow network: a worker that waits steps aside, and others are served meanwhile. Nothing here
goes by the clock: GraVal holds what it is asked until the test lets it go."""

import concurrent.futures
import contextlib
import http.client
import json
import os
import signal
import time

import pytest

from harness.client import Api
from harness.graval_pod import answered, solve
from harness.graval_stub import Stub
from harness.processes import wait_for
from harness.samples import Samples
from harness.stack import Stack

SLOW_WORKERS = 2
ROOM = 6


@pytest.fixture(scope="module")
def slow():
    """A stack with two slow workers, room for six beside them, and a GraVal that can be held."""
    stub = Stub()

    def change(settings):
        settings["attestation"].update(proof_of_work="graval", graval_url=stub.url, graval_retry_ms=10)
        settings["server"].update(slow_workers=SLOW_WORKERS, waiting_workers=ROOM)

    with Stack(change) as stack:
        stack.stub = stub
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []
    stub.close()


@pytest.fixture
def pool():
    """Threads, for requests that wait."""
    with concurrent.futures.ThreadPoolExecutor(64) as threads:
        yield threads


@contextlib.contextmanager
def held(stack):
    """GraVal holds what it is asked, for as long as the block takes."""
    stack.stub.hold()
    try:
        yield
    finally:
        stack.stub.release()


def launches(stack, count):
    """Launches whose tokens are there, each with its miner."""
    api = Api(stack)
    chute = stack.network.chute(target=100)
    miners = [stack.network.miner(gpus=1) for _ in range(count)]
    return [(api.launch(miner, chute), miner) for miner in miners]


def claims(pool, some):
    """Their claims, under way."""
    return [pool.submit(launch.claim, miner.gpus, port=21000 + 2 * index)
            for index, (launch, miner) in enumerate(some)]


def waiting(stack, name="waiting"):
    """How many workers wait beside the slow pool, or are held in it."""
    return Samples(Api(stack))(f"rigger_workers_{name}", pool="slow")


def statuses(futures):
    """What came of them."""
    return [future.result().status for future in futures]


def test_others_are_served_while_claims_wait(slow, pool):
    some = launches(slow, ROOM)
    with held(slow):
        under_way = claims(pool, some)
        wait_for(lambda: waiting(slow) == ROOM, "all of them to step aside")
        for _ in range(SLOW_WORKERS + 1):
            launch, miner = launches(slow, 1)[0]
            assert launch.claim(miner.gpus, host="127.1").status == 400, "a claim that needs no GraVal"
            assert launch.verify({"response": "", "iv": "", "proof": {}}).status in (403, 409)
        assert not any(future.done() for future in under_way)
    assert statuses(under_way) == [200] * ROOM
    wait_for(lambda: waiting(slow) == 0, "those beside the pool to end")


def test_graval_is_asked_one_thing_at_a_time(slow, pool):
    slow.stub.most_in_hand = 0
    some = launches(slow, ROOM)
    with held(slow):
        under_way = claims(pool, some)
        wait_for(lambda: waiting(slow) == ROOM, "all of them to step aside")
    assert statuses(under_way) == [200] * ROOM
    assert slow.stub.most_in_hand == 1


def test_who_waits_has_no_connection_to_the_database(slow, pool):
    def connections():
        (row,) = slow.postgres.execute(
            "select count(*) from pg_stat_activity where usename = 'rigger_server'")
        return row["count"]

    some = launches(slow, ROOM)
    with held(slow):
        under_way = claims(pool, some)
        wait_for(lambda: waiting(slow) == ROOM, "all of them to step aside")
        # Fast and slow workers, the background and the verifiers.
        assert connections() <= 4 + SLOW_WORKERS + 1 + 2
    assert statuses(under_way) == [200] * ROOM


def test_without_room_a_worker_waits_in_its_place(slow, pool):
    some = launches(slow, ROOM + SLOW_WORKERS + 1)
    with held(slow):
        under_way = claims(pool, some)
        wait_for(lambda: (waiting(slow), waiting(slow, "held")) == (ROOM, SLOW_WORKERS), "no more room")
        assert Api(slow).token(some[0][1], slow.network.chute()).status == 200, "tokens have their own pool"
    assert statuses(under_way) == [200] * len(some)
    wait_for(lambda: (waiting(slow), waiting(slow, "held")) == (0, 0), "all to be done")
    assert Samples(Api(slow))("rigger_workers", pool="slow") == SLOW_WORKERS


def test_a_slow_program_is_waited_for_beside_the_pool(slow, pool, place):
    program, go = place / "digest", place / "go"
    program.write_text(f"#!/bin/sh\nuntil [ -e {go} ]; do sleep 0.05; done\necho RESULT:digest\n")
    program.chmod(0o755)
    some = launches(slow, SLOW_WORKERS + 1)
    with slow.responder.having("attestation", filesystem="command", filesystem_command=program):
        under_way = claims(pool, some)
        try:
            wait_for(lambda: waiting(slow) == len(some), "all of them to step aside")
        finally:
            go.touch()
        assert statuses(under_way) == [403] * len(some), "they sent no digest"


def test_a_verification_waits_beside_the_pool_and_a_second_one_is_told_so_at_once(slow, pool):
    (launch, miner), (other, owner) = launches(slow, 2)
    assert launch.claim(miner.gpus).status == 200
    body = answered(launch, solve(launch))
    with held(slow):
        first = pool.submit(launch.verify, body)
        wait_for(lambda: waiting(slow) == 1, "it to step aside")
        for again in (body, body, {"response": "", "iv": "", "proof": {}}, {}):
            second = launch.verify(again)
            assert second.status == 409 and int(second.headers["Retry-After"]) > 0
            assert second.detail == "Another attempt at this challenge is under way"
        assert waiting(slow) == 1 and not first.done()
        assert other.claim(owner.gpus, host="127.1").status == 400
    assert first.result().status == 200
    assert launch.verify(body).status == 400, "it is verified"


def test_the_limits_follow_graval(slow, pool):
    (launch, miner), (late, _) = launches(slow, 2)
    with slow.responder.having("server", slow_deadline_ms=3500), held(slow):
        claim, = claims(pool, [(launch, miner)])
        wait_for(lambda: waiting(slow) == 1, "it to step aside")
        # Ten minutes later for the reaper, and four seconds later for the master.
        slow.postgres.execute("update public.launch_configs"
                              " set retrieved_at = retrieved_at - interval '10 minutes'"
                              " where config_id = %s", (launch.config_id,))
        slow.postgres.execute("update public.launch_configs set created_at = created_at - interval '3 hours'"
                              " where config_id = %s", (late.config_id,))
        slow.postgres.wait_for_row("select 1 from public.launch_configs"
                                   f" where config_id = '{late.config_id}' and failed_at is not null")
        time.sleep(4)
        assert not claim.done()
        slow.stub.release()
        assert claim.result().status == 200
        body = answered(launch, solve(launch))
        slow.stub.hold()
        verification = pool.submit(launch.verify, body)
        wait_for(lambda: waiting(slow) == 1, "it to step aside")
        time.sleep(4)
        assert not verification.done()
        slow.stub.release()
        assert verification.result().status == 200


def test_a_reload_leaves_those_that_wait_alone(slow, pool):
    some = launches(slow, 2)
    with held(slow):
        under_way = claims(pool, some)
        wait_for(lambda: waiting(slow) == 2, "both to step aside")
        for _ in range(2):
            slow.responder.reload()
            slow.responder.wait_for_log("reloaded")
        launch, miner = launches(slow, 1)[0]
        assert launch.claim(miner.gpus, host="127.1").status == 400, "the new workers serve"
        assert not any(future.done() for future in under_way)
    assert statuses(under_way) == [200, 200]


def test_one_that_is_killed_while_it_waits_gives_up_its_turn(slow, pool):
    some = launches(slow, 2)
    before = set(slow.responder.workers())
    with held(slow):
        first = claims(pool, some[:1])
        wait_for(lambda: waiting(slow) == 1 and slow.stub.in_hand == 1, "the first to wait")
        successor = set(slow.responder.workers()) - before
        second = pool.submit(some[1][0].claim, some[1][1].gpus, port=22000)
        wait_for(lambda: waiting(slow) == 2, "the second to wait for its turn")
        gone = next(pid for pid in before if pid in slow.responder.workers() and pid not in successor
                    and holds_graval(pid, slow.stub))
        os.kill(gone, signal.SIGKILL)
        assert first[0].result().status in (502, 503)
    assert second.result().status == 200


def holds_graval(pid, stub):
    """Whether that process has a connection to GraVal."""
    port = f"{stub.server_address[1]:04X}"
    sockets = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    with open(f"/proc/{pid}/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return any(row[2].endswith(f":{port}") and row[3] == "01" and f"socket:[{row[9]}]" in sockets
               for row in rows)


def test_a_claim_whose_pod_hangs_up_is_undone_and_another_has_its_turn(slow, pool):
    (launch, miner), (other, owner) = launches(slow, 2)
    with held(slow):
        pod = http.client.HTTPSConnection("127.0.0.1", slow.nginx.port, context=Api(slow).context)
        pod.request("POST", launch.path, json.dumps(launch.claim_body(miner.gpus)), launch.headers())
        wait_for(lambda: waiting(slow) == 1, "it to step aside")
        pod.close()
        slow.postgres.wait_for_row("select 1 from public.launch_configs where config_id = %s"
                                   " and retrieved_at is null and failed_at is null", (launch.config_id,))
        wait_for(lambda: waiting(slow) == 0, "it to end")
    assert other.claim(owner.gpus, port=22000).status == 200
    assert launch.claim(miner.gpus).status == 200, "the token is good"


def test_at_the_end_a_claim_that_waits_is_undone(slow, pool):
    some = launches(slow, 3)
    with held(slow):
        under_way = claims(pool, some)
        wait_for(lambda: waiting(slow) == 3, "all of them to step aside")
        assert slow.responder.stop() == 0, "nobody had to be killed"
        assert set(statuses(under_way)) == {503}
        ids = [launch.config_id for launch, _ in some]
        assert slow.postgres.execute("select 1 from public.instances where config_id = any(%s)", (ids,)) == []
        assert slow.postgres.execute(
            "select 1 from public.launch_configs where config_id = any(%s)"
            " and (retrieved_at is not null or failed_at is not null)", (ids,)) == []
        slow.responder.start()
    for launch, miner in some:
        assert launch.claim(miner.gpus).status == 200, "the token is good"
        launch.key = None
        break
