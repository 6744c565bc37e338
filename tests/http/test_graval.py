"""The proof of work by a GraVal service, provider graval."""

import base64
import contextlib

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from harness.client import Api
from harness.graval_stub import Stub, key_of
from harness.stack import Stack

DEVICE_INFO = ["uuid", "name", "memory", "major", "minor", "processors", "sxm", "clock_rate",
               "max_threads_per_processor", "concurrent_kernels", "ecc"]


@pytest.fixture(scope="module")
def graval():
    """A stack whose service is the stub."""
    stub = Stub()

    def change(settings):
        settings["attestation"].update(proof_of_work="graval", graval_url=stub.url, graval_retry_ms=10)
        settings["server"].update(slow_workers=1)

    with Stack(change) as stack:
        stack.stub = stub
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []
    stub.close()


def launch_on(stack):
    """(launch, miner), nothing in trouble."""
    stack.stub.troubles.clear()
    stack.stub.seen.clear()
    miner = stack.network.miner(gpus=1)
    return Api(stack).launch(miner, stack.network.chute()), miner


def given_up(stack, trouble):
    """While this holds a service that hangs is given up after a second: 5 s before the end of the request."""
    return stack.responder.having("server", slow_deadline_ms=6000) \
        if trouble == "hang" else contextlib.nullcontext()


def solve(launch):
    """The GPU's work: finds the key; returns the work product."""
    sealed = base64.b64decode(launch.challenge["symmetric_key"]["ciphertext"])
    seed = launch.challenge["seed"]
    decryptor = Cipher(algorithms.AES(key_of(seed)), modes.CBC(sealed[:16])).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    plain = unpadder.update(decryptor.update(sealed[16:]) + decryptor.finalize()) + unpadder.finalize()
    launch.key = bytes.fromhex(plain.decode())
    return f"work of {seed}"


def test_an_honest_gpu_is_verified(graval):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    assert "povw" not in launch.challenge
    path, asked = graval.stub.seen[0]
    assert path == "/encrypt" and list(asked["device_info"]) == DEVICE_INFO and asked["iterations"] == 5
    assert "seed" not in asked
    assert launch.verify(launch.answer_body(product=solve(launch))).status == 200
    path, asked = graval.stub.seen[1]
    assert path == "/check_proof" and asked["check_index"] == 0 and asked["seed"] == launch.challenge["seed"]


def test_a_wrong_work_product_is_403_and_the_end(graval):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    solve(launch)
    answer = launch.verify(launch.answer_body(product="work of somebody else"))
    assert (answer.status, answer.detail) == (403, "Verification failed")


def test_the_connection_is_kept(graval):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    before = graval.stub.connections
    assert launch.verify(launch.answer_body(product=solve(launch))).status == 200
    assert graval.stub.connections == before


TROUBLES = [(500, "oops"), "reset", (200, ""), (200, "5"), (200, "x|AAAA"), (200, "-5|" + "A" * 64),
            (200, "null"), (200, "99999999999999999999|" + "A" * 64), (200, "7|%%%"),
            (404, "7|" + "A" * 64), (302, "")]


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_a_passing_trouble_is_tried_again(graval, trouble):
    launch, miner = launch_on(graval)
    graval.stub.troubles[:] = [trouble] * 3
    assert launch.claim(miner.gpus).status == 200
    assert len(graval.stub.seen) == 4


@pytest.mark.parametrize("trouble", [(500, "oops"), "reset", "flood", (200, "garbage"), "hang"], ids=str)
def test_no_challenge_is_503_and_nothing_stays_reserved(graval, trouble):
    launch, miner = launch_on(graval)
    graval.stub.troubles[:] = [trouble] * 20
    with given_up(graval, trouble):
        assert launch.claim(miner.gpus).status == 503
    assert graval.postgres.execute("select 1 from public.instances where config_id = %s",
                                   (launch.config_id,)) == []
    row, = graval.postgres.execute("select * from public.launch_configs where config_id = %s",
                                   (launch.config_id,))
    assert row["retrieved_at"] is None and row["failed_at"] is None
    graval.stub.troubles.clear()
    assert launch.claim(miner.gpus).status == 200, "the token stays good"


@pytest.mark.parametrize("trouble",
                         [(500, "oops"), (200, '{"result": "yes"}'), (200, '{"result": 1}'), (200, "[]"),
                          "hang"], ids=str)
def test_no_verdict_is_503_and_the_pod_may_try_again(graval, trouble):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    body = launch.answer_body(product=solve(launch))
    graval.stub.troubles[:] = [trouble] * 20
    with given_up(graval, trouble):
        assert launch.verify(body).status == 503
    graval.stub.troubles.clear()
    assert launch.verify(body).status == 200
