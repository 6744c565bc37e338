"""PUT /instances/launch_config/{config_id}."""

import base64

import pytest


@pytest.fixture
def miner(network):
    """A miner with one GPU."""
    return network.miner(gpus=1)


@pytest.fixture
def claimed(network, api, miner):
    """A claimed launch."""
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus).status == 200
    return launch


def state(stack, launch):
    """(verified, failed, instance there, audit reason, reasons of events)."""
    config, = stack.postgres.execute("select * from public.launch_configs where config_id = %s",
                                     (launch.config_id,))
    claim, = stack.postgres.execute("select instance_id from rigger.placements where config_id = %s",
                                    (launch.config_id,))
    instance = stack.postgres.execute("select * from public.instances where config_id = %s",
                                      (launch.config_id,))
    audit, = stack.postgres.execute("select * from public.instance_audit where instance_id = %s",
                                    (claim["instance_id"],))
    events = stack.postgres.execute(
        "select reason from rigger.events where payload->'data'->>'instance_id' = %s"
        " order by event_id", (claim["instance_id"],))
    return (config["verified_at"] is not None, config["failed_at"] is not None, bool(instance),
            audit["deletion_reason"], [event["reason"] for event in events])


def test_an_honest_answer_verifies(stack, claimed):
    answer = claimed.verify()
    assert answer.status == 200
    assert set(answer.json) == {"chute_id", "instance_id", "verified_at", "activation_url"}
    assert answer.json["activation_url"] == f"{stack.nginx.url}{claimed.path}/activate"
    assert state(stack, claimed) == (True, False, True, None,
                                     ["instance_created", "instance_verified", "instance_hot"])


def cheat(launch, how):
    """A body that is wrong in one way."""
    launch.solve()
    body = launch.answer_body()
    if how == "another text":
        return launch.answer_body(plaintext="secret is something else")
    if how == "a longer text":
        return launch.answer_body(plaintext=launch.challenge["symmetric_key"]["response_plaintext"] + "0")
    if how == "bad padding":
        raw = bytearray(base64.b64decode(body["response"]))
        raw[-17] ^= 1
        return {**body, "response": base64.b64encode(raw).decode()}
    if how == "half a block":
        return {**body, "response": base64.b64encode(base64.b64decode(body["response"])[:-8]).decode()}
    if how == "no base64":
        return {**body, "response": "%%%"}
    if how == "empty":
        return {**body, "response": ""}
    if how == "iv too short":
        return {**body, "iv": "00" * 15}
    if how == "iv not hex":
        return {**body, "iv": "zz" * 16}
    if how == "wrong work":
        return launch.answer_body(product=base64.b64encode(bytes(8 * 256)).decode())
    if how == "work cut":
        return launch.answer_body(product=launch.work.product()[:-4])
    if how == "work is no text":
        return {**body, "proof": {launch.challenge["symmetric_key"]["uuid"]: {"work_product": 5}}}
    if how == "work of another gpu":
        return {**body, "proof": {"another": {"work_product": launch.work.product()}}}
    assert how == "no work"
    return {**body, "proof": {}}


@pytest.mark.parametrize("how", [
    "another text", "a longer text", "bad padding", "half a block", "no base64", "empty",
    "iv too short", "iv not hex", "wrong work", "work cut", "work is no text",
    "work of another gpu", "no work"])
def test_every_wrong_answer_is_the_same_403_and_the_end(stack, claimed, how):
    answer = claimed.verify(cheat(claimed, how))
    assert (answer.status, answer.detail) == (403, "Verification failed")
    verified, failed, there, reason, events = state(stack, claimed)
    assert (verified, failed, there) == (False, True, False)
    assert reason
    assert events == ["instance_created", "instance_deleted"]
    assert claimed.verify().status == 403, "there is no second attempt"


def test_a_failed_proof_pauses_its_gpu_for_its_miner_alone(stack, network, api):
    chute, cheater, honest = network.chute(), network.miner(gpus=2), network.miner(gpus=1)
    launch = api.launch(cheater, chute)
    assert launch.claim(cheater.gpus[:1]).status == 200
    assert launch.verify(cheat(launch, "wrong work")).status == 403

    launch = api.launch(cheater, chute)
    answer = launch.claim(cheater.gpus[:1], port=20002)
    assert (answer.status, answer.detail) == (
        429, f"GPU {cheater.gpus[0][0]} has failed its last proof of work, try again later")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert launch.claim(cheater.gpus[1:], port=20004).status == 200, "the token is good, with another GPU"
    other = api.launch(honest, chute)
    answer = other.claim([(cheater.gpus[0][0], honest.gpus[0][1])], port=20006)
    assert answer.status == 404, "and to others it is what it was"
    assert api.launch(honest, chute).claim(honest.gpus, port=20008).status == 200

    old = network.chute(chutes_version="0.2.20")
    answer = api.signed(cheater, "POST", f"/instances/{old}/", {
        "node_ids": [cheater.gpus[0][0]], "host": cheater.gpus[0][1], "port": 20010})
    assert answer.status == 429 and int(answer.headers["retry-after"]) <= 60

    stack.postgres.execute("update rigger.failed_proofs set failed_at = failed_at - interval '1 minute'"
                           " where miner_hotkey = %s", (cheater.hotkey,))
    launch = api.launch(cheater, chute)
    assert launch.claim(cheater.gpus[:1], port=20012).status == 200
    assert launch.verify().status == 200
    assert stack.postgres.query("select 1 from rigger.failed_proofs where miner_hotkey = %s",
                                (cheater.hotkey,)) == [], "a good proof ends it"


def test_verify_before_claim_is_409(network, api, miner):
    launch = api.launch(miner, network.chute())
    assert launch.verify({"response": "", "iv": "", "proof": {}}).status == 409


def test_a_second_verification_is_400(claimed):
    assert claimed.verify().status == 200
    assert claimed.verify().status == 400


def test_a_malformed_body_is_422_and_no_attempt(claimed):
    answer = claimed.verify({"iv": 5, "proof": []})
    assert answer.status == 422
    assert [(error["type"], error["loc"]) for error in answer.detail] == [
        ("missing", ["body", "response"]), ("string_type", ["body", "iv"]), ("dict_type", ["body", "proof"])]
    assert claimed.verify().status == 200


def test_a_malformed_body_before_the_claim_is_409(network, api, miner):
    launch = api.launch(miner, network.chute())
    assert api.request("PUT", launch.path, "{", launch.headers()).status == 409


def test_an_answer_after_the_time_limit_is_403_and_the_end(stack, claimed):
    stack.postgres.execute(
        "update rigger.challenges set expires_at = now() - interval '1 second' where config_id = %s",
        (claimed.config_id,))
    assert claimed.verify().status == 403
    verified, failed, there, reason, _ = state(stack, claimed)
    assert (verified, failed, there) == (False, True, False) and reason


def test_an_instance_deleted_meanwhile_is_404_or_403(stack, network, api, miner, claimed):
    row, = stack.postgres.execute("select * from public.instances where config_id = %s", (claimed.config_id,))
    assert api.delete(miner, row["chute_id"], row["instance_id"]).status == 200
    assert claimed.verify().status in (403, 404)
    assert state(stack, claimed)[:2] == (False, True)
