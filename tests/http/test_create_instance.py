"""POST /instances/{chute_id}/: instances of old SDKs."""

import uuid

import pytest

from harness.announce import INSTANCE_KEYS, announce


@pytest.fixture
def miner(network):
    """A miner with two GPUs."""
    return network.miner(gpus=2)


@pytest.fixture
def chute(network):
    """A chute of an old SDK."""
    return network.chute(chutes_version="0.2.20")


def test_an_instance_is_announced(stack, api, miner, chute):
    answer = announce(api, miner, chute)
    assert answer.status == 202
    assert set(answer.json) == INSTANCE_KEYS
    assert (answer.json["active"], answer.json["verified"], answer.json["config_id"]) == (False, False, None)
    assert answer.json["created_at"].endswith("Z") and answer.json["miner_hotkey"] == miner.hotkey
    row, = stack.postgres.execute("select * from public.instances where instance_id = %s",
                                  (answer.json["instance_id"],))
    assert row["symmetric_key"] and row["symmetric_key"] not in answer.text
    events = stack.postgres.execute(
        "select reason from rigger.events where payload->'data'->>'instance_id' = %s",
        (row["instance_id"],))
    assert [event["reason"] for event in events] == ["instance_created"]
    assert api.delete(miner, chute, row["instance_id"]).status == 200


def test_an_unknown_chute_is_404(api, miner):
    assert announce(api, miner, str(uuid.uuid4())).status == 404


@pytest.mark.parametrize("version, status", [("0.3.0", 400), ("0.3.5", 400), ("1.0", 400), ("0.2.99", 202),
                                             ("0.2.0", 202), (None, 202)])
def test_a_chute_with_launch_configs_is_400(network, api, miner, version, status):
    assert announce(api, miner, network.chute(chutes_version=version)).status == status


def test_host_and_port_taken_are_409(network, api, miner, chute):
    assert announce(api, miner, chute).status == 202
    assert announce(api, miner, chute, miner.gpus[1:]).status == 409


@pytest.mark.parametrize("host", ["", "127.1", "no such host", "2130706433"])
def test_a_host_that_is_not_acceptable_is_400(api, miner, chute, host):
    assert announce(api, miner, chute, host=host).status == 400


def test_a_chute_at_its_capacity_is_423(stack, network, api, miner):
    chute = network.chute(chutes_version="0.2.20", target=1)
    assert announce(api, miner, chute).status == 202
    stack.postgres.execute("update public.instances set active = true, verified = true where chute_id = %s",
                           (chute,))
    other = network.miner(gpus=1)
    assert announce(api, other, chute).status == 423
    stack.postgres.execute("update public.instances set active = false, verified = false where chute_id = %s",
                           (chute,))


@pytest.mark.parametrize("case, status", [("none", 400), ("unknown", 404), ("another miner's", 404),
                                          ("not verified", 400), ("another host", 400), ("in use", 409)])
def test_gpu_rules_are_those_of_a_claim(stack, network, api, miner, chute, case, status):
    host = miner.gpus[0][1]
    gpus = {"none": lambda: [], "unknown": lambda: [(uuid.uuid4().hex, host)],
            "another miner's": lambda: network.miner(gpus=1, host=host).gpus,
            "not verified": lambda: network.gpus(miner, 1, "h100_sxm", host, verified=False),
            "another host": lambda: network.gpus(miner, 1, "h100_sxm", network.host()),
            "in use": lambda: miner.gpus[:1] if announce(api, miner, chute).status == 202 else None}[case]()
    assert announce(api, miner, chute, gpus, port=8001).status == status
    rows = stack.postgres.execute("select 1 from public.instances where chute_id = %s and port = 8001",
                                  (chute,))
    assert rows == [], "all or nothing"


@pytest.mark.parametrize("body, errors", [
    ({}, [("missing", "node_ids"), ("missing", "host"), ("missing", "port")]),
    ({"node_ids": "x", "host": 1, "port": 0}, [("list_type", "node_ids"), ("string_type", "host"),
                                               ("greater_than_equal", "port")]),
    ({"node_ids": [], "host": "h", "port": 65536}, [("less_than_equal", "port")]),
])
def test_a_malformed_body_is_422(api, miner, chute, body, errors):
    answer = api.signed(miner, "POST", f"/instances/{chute}/", body)
    assert answer.status == 422
    assert [(error["type"], error["loc"][1]) for error in answer.detail] == errors


def test_a_body_changed_after_signing_is_401(network, api, miner, chute):
    path, body = f"/instances/{chute}/", b'{"node_ids": [], "host": "h", "port": 1}'
    headers = network.sign(miner, "POST", path, body)
    assert api.request("POST", path, body.replace(b"1", b"2"), headers).status == 401
    assert api.request("POST", path, body, headers).status == 400
    assert api.request("POST", path, body, headers).status == 401, "once"


def test_the_path_without_its_slash_is_307(api, chute):
    answer = api.request("POST", f"/instances/{chute}", "{}")
    assert answer.status == 307 and answer.headers["Location"] == f"/instances/{chute}/"
