"""The background verification of instances of old SDKs, against pods of each range of
versions, honest and not."""

import os
import signal
import time

import pytest

from harness.announced import VALIDATOR_SEED, Announced, settings_of
from harness.client import Api
from harness.graval_stub import Stub
from harness.processes import wait_for
from harness.stack import Stack

SDKS = ["0.1.9", "0.2.0", "0.2.13", "0.2.14", "0.2.19", "0.2.20", "0.2.53"]


@pytest.fixture(scope="module")
def graval():
    """A stack whose proof of work is the stub's."""
    stub = Stub()
    with Stack(settings_of(stub)) as stack:
        stack.stub = stub
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []
    stub.close()


@pytest.fixture
def pods():
    """Pods that end with the test."""
    opened = []
    yield opened
    for pod in opened:
        pod.close()


@pytest.mark.parametrize("sdk", SDKS)
def test_an_honest_instance_is_verified(graval, pods, sdk):
    announced = Announced(graval, pods, sdk)
    assert announced.verdict() == ("passed", None), announced.pod.refused
    assert announced.pod.refused == []
    assert announced.reasons() == ["instance_created", "instance_activated", "instance_verified",
                                   "instance_hot"]
    asked = announced.pod.asked
    assert asked.count("/_device_challenge") == 20
    old = sdk < "0.2.20"
    assert asked.count("/_fs_challenge") == (13 if old else 0) and asked.count("/_slurp") == (0 if old else 2)
    assert asked.count("/_exchange") == (0 if sdk < "0.2.0" else 1) and asked.count("/_ping") == 1


# Seeds are unsigned: GraVal 0.2.6 drew the second one.
@pytest.mark.parametrize("seed", [1, 15260347603272673613, 2**64 - 1])
def test_the_key_travels_under_the_seed_of_the_gpu(graval, pods, seed):
    announced = Announced(graval, pods, "0.2.20", seed=seed)
    assert announced.verdict() == ("passed", None), "the command names it as well"
    sealed = [body for path, body in graval.stub.seen if path == "/encrypt"
              and body["payload"] == announced.key]
    assert len(sealed) == 1 and announced.pod.key == bytes.fromhex(announced.key)
    (row,) = graval.postgres.execute("select seed::text from public.nodes where uuid = %s",
                                     (sealed[0]["device_info"]["uuid"],))
    assert row["seed"] == str(sealed[0]["seed"]) == str(seed) and sealed[0]["iterations"] == 5


def garble(path, data):
    """Another content for a file of the pod."""
    def change(files):
        files[path] = data if isinstance(data, bytes) else data(files[path])
    return change


CODE = "The code is not the chute's"
COMMAND = "The instance does not run the expected command"
FILE = "A file of the instance is not the image's or the chute's"
KEY = "The instance does not have its key"


@pytest.mark.parametrize("sdk, options, failure", [
    ("0.1.9", {"cheat": "ping"}, "The instance could not read what was encrypted for its GPU"),
    ("0.2.5", {"cheat": "ping"}, KEY),
    ("0.2.20", {"cheat": "ping"}, KEY),
    ("0.2.20", {"cheat": "devices"}, "The instance's GPUs are not the ones it announced"),
    ("0.1.9", {"cheat": "devices"}, "The instance's GPUs are not the ones it announced"),
    ("0.2.20", {"change": garble("/app/app.py", b"import evil\n")}, CODE),
    ("0.2.20", {"change": garble("/app/app.py", lambda code: code + b"\n")}, CODE),
    ("0.2.20", {"change": garble("/app/app.py", b"")}, CODE),
    ("0.2.20", {"change": garble("/proc/1/cmdline", b"/bin/sh\0-c\0chutes run\0")}, COMMAND),
    ("0.2.20", {"change": garble("/proc/1/cmdline", lambda line: line.replace(b"8000", b"8001"))}, COMMAND),
    ("0.2.20", {"change": garble("/proc/1/cmdline", lambda line: line + b"--dev\0")}, COMMAND),
    ("0.2.20", {"change": garble("/proc/1/cmdline", b"")}, COMMAND),
    ("0.2.19", {"change": garble("/app/app.py", b"import evil\n")}, FILE),
    ("0.1.9", {"change": garble("/usr/lib/file2", bytes(100))}, FILE),
    ("0.2.14", {"change": garble("/usr/lib/file0", bytes(100))}, FILE)])
def test_a_cheat_is_not_verified(graval, pods, sdk, options, failure):
    announced = Announced(graval, pods, sdk, **options)
    assert announced.verdict() == ("failed", failure)
    assert announced.reasons() == ["instance_created", "instance_activated"]


NO_KEY = "The instance did not take its key (/_exchange)"


@pytest.mark.parametrize("sdk, trouble, failure", [
    ("0.2.20", (500, "oops"), NO_KEY),
    ("0.2.20", "redirect", NO_KEY),
    ("0.2.20", (401, "go away"), NO_KEY),
    ("0.1.9", (503, "later"), "The instance did not answer /_ping"),
    ("0.1.9", (200, "garbage"), "The instance could not read what was encrypted for its GPU"),
    ("0.1.9", (200, '["hello"]'), "The instance could not read what was encrypted for its GPU")])
def test_an_instance_that_makes_no_sense_fails_after_three_tries(graval, pods, sdk, trouble, failure):
    announced = Announced(graval, pods, sdk, troubles=[trouble] * 9)
    assert announced.verdict() == ("failed", failure)
    assert len(announced.pod.asked) == (3 if trouble[0] != 200 else 1), "a wrong answer gets no second try"


@pytest.mark.parametrize("sdk", ["0.1.9", "0.2.20"])
def test_two_bad_tries_are_forgiven(graval, pods, sdk):
    assert Announced(graval, pods, sdk, troubles=[(500, "oops"), (502, "oops")]).verdict() == ("passed", None)


def test_an_unknown_exchange_is_no_fault_of_its_own(graval, pods):
    """What counts is whether it has its key."""
    announced = Announced(graval, pods, "0.2.5", troubles=[(404, "?")] * 6)
    assert announced.verdict() == ("failed", "The instance did not answer /_ping")
    assert announced.pod.asked == ["/_exchange", "/_ping"] * 3


def test_one_that_is_not_there(graval, pods):
    announced = Announced(graval, pods, "0.2.20", troubles=["hang"])
    announced.pod.close()
    assert announced.verdict() == ("failed", NO_KEY)


def test_while_graval_is_away_nobody_is_judged(graval, pods):
    graval.stub.troubles.extend([(503, "later")] * 14)
    announced = Announced(graval, pods, "0.2.20")
    assert announced.verdict() == ("passed", None)
    graval.responder.wait_for_log("background verification of " + announced.instance + ": unjudged")


def test_its_limit_follows_graval(graval, pods):
    with graval.responder.having("background", verify_deadline_ms=3000):
        graval.stub.hold()
        announced = Announced(graval, pods, "0.2.20")
        wait_for(lambda: graval.stub.in_hand == 1, "GraVal to be asked")
        time.sleep(4)
        graval.stub.release()
        assert announced.verdict() == ("passed", None)


def test_an_instance_has_no_share_in_graval_s_time(graval, pods):
    with graval.responder.having("background", verify_deadline_ms=1000):
        assert Announced(graval, pods, "0.2.20", troubles=["hang"] * 9).verdict()[0] == "failed"


def test_a_failed_one_may_be_looked_at_again(graval, pods):
    announced = Announced(graval, pods, "0.2.20", troubles=[(500, "oops")] * 3)
    assert announced.verdict()[0] == "failed"
    announced.activate()
    assert announced.verdict() == ("passed", None)


def test_a_hanging_instance_holds_up_neither_the_reaper_nor_the_others(graval, pods):
    hanging = Announced(graval, pods, "0.2.20", troubles=["hang"])
    wait_for(lambda: hanging.pod.asked, "the question that hangs")
    honest = Announced(graval, pods, "0.2.20")
    assert honest.verdict() == ("passed", None)
    launch = Api(graval).launch(graval.network.miner(gpus=1), graval.network.chute())
    graval.postgres.execute("update public.launch_configs set created_at = created_at - interval '3 hours'"
                            " where config_id = %s", (launch.config_id,))
    graval.postgres.wait_for_row(
        "select 1 from public.launch_configs where config_id = %s and failed_at is not null",
        (launch.config_id,))
    (row,) = graval.postgres.execute("select state from rigger.verifications where instance_id = %s",
                                     (hanging.instance,))
    assert row["state"] == "running"


def test_silent_instances_of_one_miner_hold_no_other_miner_s_verification(graval, pods):
    silent = [Announced(graval, pods, "0.2.20", troubles=["hang"] * 99)]
    silent += [Announced(graval, pods, "0.2.20", troubles=["hang"] * 99, miner=silent[0].miner)
               for _ in range(5)]
    wait_for(lambda: silent[0].pod.asked, "the question that hangs")
    for _ in range(3):
        assert Announced(graval, pods, "0.2.20").verdict() == ("passed", None)
    states = graval.postgres.execute(
        "select state from rigger.verifications join public.instances using (instance_id)"
        " where miner_hotkey = %s order by verification_id", (silent[0].miner.hotkey,))
    assert [row["state"] for row in states] == ["running"] + ["queued"] * 5
    assert [len(announced.pod.asked) for announced in silent] == [1, 0, 0, 0, 0, 0]
    for announced in silent:
        announced.pod.close()
    assert {announced.verdict() for announced in silent} == {("failed", NO_KEY)}


def test_what_a_dead_verifier_held_is_taken_by_another(graval, pods):
    hanging = Announced(graval, pods, "0.2.20", troubles=["hang"])
    wait_for(lambda: hanging.pod.asked, "the question that hangs")
    for pid in graval.responder.workers():  # the verifiers are among them
        os.kill(pid, signal.SIGKILL)
    graval.postgres.execute("update rigger.verifications set lease_until = now() where instance_id = %s",
                            (hanging.instance,))
    assert hanging.verdict() == ("passed", None)


def test_an_instance_that_never_answers_fails_after_three_tries(graval, pods):
    with graval.responder.having("background", verify_timeout_ms=300):
        announced = Announced(graval, pods, "0.2.20", troubles=["hang"] * 9)
        assert announced.verdict() == ("failed", NO_KEY)
        assert announced.pod.asked == ["/_exchange"] * 3


def test_at_the_end_a_verification_is_given_back(graval, pods):
    hanging = Announced(graval, pods, "0.2.20", troubles=["hang"])
    wait_for(lambda: hanging.pod.asked, "the question that hangs")
    graval.responder.reload()
    assert hanging.verdict() == ("passed", None)
    graval.responder.wait_for_log("background verification of " + hanging.instance + ": unjudged")


def test_an_instance_that_goes_meanwhile_stays_gone(graval, pods):
    hanging = Announced(graval, pods, "0.2.20", troubles=["hang"])
    wait_for(lambda: hanging.pod.asked, "the question that hangs")
    assert Api(graval).signed(hanging.miner, "DELETE", hanging.path).status == 200
    hanging.pod.close()
    graval.responder.wait_for_log(f"background verification of {hanging.instance}")
    assert hanging.reasons()[-1] == "instance_deleted"


def test_with_matmul_the_gpu_works_for_its_key(pods):
    with Stack(settings_of(None)) as stack:
        for sdk in ("0.1.9", "0.2.20"):
            announced = Announced(stack, pods, sdk, gpu_count=1)
            assert announced.verdict() == ("passed", None), announced.pod.refused
            assert "/_device_challenge" not in announced.pod.asked
        stack.responder.wait_for_log("no device challenges")
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []


def test_without_a_seed_instances_wait(stack, api, network):
    miner, chute = network.miner(gpus=1), network.chute(chutes_version="0.2.20")
    gpu, host = miner.gpus[0]
    made = api.signed(miner, "POST", f"/instances/{chute}/", {"node_ids": [gpu], "host": host, "port": 20000})
    assert api.signed(miner, "PATCH", f"/instances/{chute}/{made.json['instance_id']}",
                      {"active": True}).status == 200
    stack.responder.wait_for_log("instances of old SDKs stay unverified")
    (row,) = stack.postgres.execute("select state from rigger.verifications where instance_id = %s",
                                    (made.json["instance_id"],))
    assert row["state"] == "queued"


def test_the_seed_of_another_validator_is_refused_at_the_start(graval):
    checked = graval.responder.check(
        launch={"validator_ss58": "5Dt7HZ7Zpw4DppPxFM7Ke3Cm7sDAWhsZXmM5ZAmE7dSVJbcQ"})
    assert checked.returncode == 78 and "validator_seed" in checked.stderr \
        and VALIDATOR_SEED not in checked.stderr
