"""The proof of work by a GraVal service, provider graval."""

import contextlib
import json

import pytest

from harness.client import Api
from harness.graval_pod import answered, solve
from harness.graval_stub import Stub, proof_of, real_product, work_product
from harness.stack import Stack

DEVICE_INFO = ["uuid", "name", "memory", "major", "minor", "processors", "sxm", "clock_rate",
               "max_threads_per_processor", "concurrent_kernels", "ecc"]


@pytest.fixture(scope="module")
def graval():
    """A stack whose service is the stub."""
    stub = Stub()

    def change(settings):
        settings["attestation"].update(proof_of_work="graval", graval_url=stub.url, graval_retry_ms=10,
                                       graval_wait_ms=0)
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
    stack.stub.raw.clear()
    miner = stack.network.miner(gpus=1)
    return Api(stack).launch(miner, stack.network.chute()), miner


def given_up(stack, trouble):
    """While this holds a service that hangs is given up after a second: 5 s before the end of the request."""
    return stack.responder.having("server", slow_deadline_ms=6000) \
        if trouble == "hang" else contextlib.nullcontext()


def test_an_honest_gpu_is_verified(graval):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    assert "povw" not in launch.challenge
    path, asked = graval.stub.seen[0]
    assert path == "/encrypt" and list(asked["device_info"]) == DEVICE_INFO and asked["iterations"] == 5
    assert "seed" not in asked
    product = solve(launch)
    assert launch.verify(answered(launch, product)).status == 200
    path, asked = graval.stub.seen[1]
    assert path == "/check_proof" and asked["check_index"] == 0 and asked["seed"] == launch.challenge["seed"]
    assert asked["work_product"] == product and list(asked) == ["device_info", "seed", "work_product",
                                                                "check_index"]


# The second is one that GraVal 0.2.6 drew.
@pytest.mark.parametrize("seed", [1, 15260347603272673613, 2**63, 2**64 - 1])
def test_a_seed_may_have_all_of_64_bits(graval, seed):
    launch, miner = launch_on(graval)
    graval.stub.seeds.append(seed)
    assert launch.claim(miner.gpus).status == 200
    assert len(graval.stub.seen) == 1, "its first answer is taken"
    assert launch.challenge["seed"] == seed
    assert launch.challenge["symmetric_key"]["response_plaintext"] == f"secret is {launch.config_id} {seed}"
    assert launch.verify(answered(launch, solve(launch))).status == 200
    assert graval.stub.seen[1][1]["seed"] == seed and f'"seed":{seed},' in graval.stub.raw[1]
    (row,) = graval.postgres.execute("select seed::text from public.launch_configs where config_id = %s",
                                     (launch.config_id,))
    assert row["seed"] == str(seed)


def test_by_a_seed_that_others_spoilt_nothing_is_judged(graval):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    body = answered(launch, solve(launch))

    def spoil(seed):
        graval.postgres.execute("update public.launch_configs set seed = %s where config_id = %s",
                                (seed, launch.config_id))

    spoil(2**64)
    assert launch.verify(body).status == 503
    spoil(launch.challenge["seed"])
    assert launch.verify(body).status == 200


def test_a_proof_of_the_real_size_is_verified_through_nginx(graval):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    solve(launch)
    body = answered(launch, real_product(launch.challenge["seed"], launch.challenge["iterations"]))
    assert len(json.dumps(body)) > 300000
    assert launch.verify(body).status == 200


def test_a_proof_of_eight_gpus_is_not_too_large(graval):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    solve(launch)
    product = real_product(launch.challenge["seed"], launch.challenge["iterations"])
    body = answered(launch, product)
    for index in range(1, 8):
        body["proof"][f"{index:032x}"] = proof_of(f"{index:032x}", product, index)
    assert len(json.dumps(body)) > 2400000
    assert launch.verify(body).status == 200


def wrong(launch):
    """Another seed's hashes, in the right shape."""
    return work_product(launch.challenge["seed"] + 1, launch.challenge["iterations"])


def test_a_wrong_work_product_is_403_and_the_end(graval):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    solve(launch)
    answer = launch.verify(answered(launch, wrong(launch)))
    assert (answer.status, answer.detail) == (403, "Verification failed")


@pytest.mark.parametrize("product", [
    "null", "true", "7", '"work"', '""', "[]", "{}", '{"num_matrices":3}',
    "-9223372036854775808", "18446744073709551616", "123456789012345678901234567890", "1.10", "-0.0", "1e400",
    "0.30000000000000004", "6.02E+23", '"\u00e9 / ü"', '{"b":1,"a":[1.0,{"z":null}]}',
    "[" * 29 + "]" * 29], ids=str)
def test_any_json_reaches_graval_as_it_came(graval, product):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    solve(launch)
    body = json.dumps(answered(launch, "the product")).replace('"the product"', product)
    assert launch.verify(body).status == 503, "GraVal cannot read it, which is no verdict"
    assert f'"work_product":{written(product)},' in graval.stub.raw[1]


def written(product):
    """The one thing that is written otherwise: a character that need not be escaped is not."""
    return product.replace("\\u00e9", "é")


@pytest.mark.parametrize("product", ['{"a":1,"a":2}', "[" * 30 + "]" * 30, "NaN", "01"], ids=str)
def test_what_is_no_json_of_the_contract_is_422_and_no_attempt(graval, product):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    right = solve(launch)
    body = json.dumps(answered(launch, "the product")).replace('"the product"', product)
    answer = launch.verify(body)
    assert (answer.status, [error["type"] for error in answer.detail]) == (422, ["json_invalid"])
    assert launch.verify(answered(launch, right)).status == 200


@pytest.mark.parametrize("proof", ["{}", '{"UUID": {}}', '{"UUID": null}', '{"UUID": "work"}',
                                   '{"another": {"work_product": {}}}'], ids=str)
def test_without_a_work_product_graval_is_not_asked(graval, proof):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    solve(launch)
    proof = json.loads(proof.replace("UUID", launch.challenge["symmetric_key"]["uuid"]))
    assert launch.verify({**answered(launch, None), "proof": proof}).status == 403
    assert len(graval.stub.seen) == 1


def test_the_connection_is_kept(graval):
    launch, miner = launch_on(graval)
    assert launch.claim(miner.gpus).status == 200
    before = graval.stub.connections
    assert launch.verify(answered(launch, solve(launch))).status == 200
    assert graval.stub.connections == before


TROUBLES = [(500, "oops"), "reset", (200, ""), (200, "5"), (200, "x|AAAA"), (200, "-5|" + "A" * 64),
            (200, "null"), (200, "99999999999999999999|" + "A" * 64), (200, "0|" + "A" * 64),
            (200, f"{2**64}|" + "A" * 64), (200, "7|%%%"),
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
    body = answered(launch, solve(launch))
    graval.stub.troubles[:] = [trouble] * 20
    with given_up(graval, trouble):
        assert launch.verify(body).status == 503
    graval.stub.troubles.clear()
    assert launch.verify(body).status == 200
