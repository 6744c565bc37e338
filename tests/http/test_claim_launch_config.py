"""POST /instances/launch_config/{config_id}."""

import uuid

import pytest


@pytest.fixture
def miner(network):
    """A miner with one GPU."""
    return network.miner(gpus=1)


def config(stack, launch):
    """The config's row."""
    return stack.postgres.execute("select * from public.launch_configs where config_id = %s",
                                  (launch.config_id,))[0]


def test_a_claim_gets_a_challenge_and_an_instance(stack, network, api, miner):
    chute = network.chute()
    launch = api.launch(miner, chute)
    answer = launch.claim(miner.gpus)
    assert answer.status == 200
    assert set(answer.json) == {"seed", "iterations", "job_id", "symmetric_key", "povw"}
    assert answer.json["iterations"] == 5 and answer.json["job_id"] is None
    key = answer.json["symmetric_key"]
    assert set(key) == {"ciphertext", "uuid", "response_plaintext"}
    assert key["uuid"] == miner.gpus[0][0]
    assert key["response_plaintext"] == f"secret is {launch.config_id} {answer.json['seed']}"
    row, = stack.postgres.execute("select * from public.instances where config_id = %s", (launch.config_id,))
    assert (row["active"], row["verified"], row["chute_id"], row["host"], row["port"]) == (
        False, False, chute, miner.gpus[0][1], 20000)
    launch.solve()
    assert launch.key.hex() == row["symmetric_key"]
    audit, = stack.postgres.execute("select * from public.instance_audit where instance_id = %s",
                                    (row["instance_id"],))
    assert audit["deleted_at"] is None
    events = stack.postgres.execute(
        "select reason from rigger.events where payload->'data'->>'instance_id' = %s",
        (row["instance_id"],))
    assert [event["reason"] for event in events] == ["instance_created"]


def test_the_bearer_form_of_the_token_is_accepted(network, api, miner):
    launch = api.launch(miner, network.chute())
    headers = {"Authorization": f"Bearer {launch.token}"}
    assert api.request("POST", launch.path, launch.claim_body(miner.gpus), headers).status == 200


def test_a_second_claim_is_401(network, api, miner):
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus).status == 200
    assert launch.claim(miner.gpus).status == 401


def test_a_foreign_token_is_401(network, api, miner):
    chute = network.chute()
    first, second = api.launch(miner, chute), api.launch(miner, chute)
    answer = api.request("POST", first.path, first.claim_body(miner.gpus), second.headers())
    assert answer.status == 401


@pytest.mark.parametrize("headers",
                         [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "x.y.z"}])
def test_no_token_is_401(network, api, miner, headers):
    launch = api.launch(miner, network.chute())
    assert api.request("POST", launch.path, launch.claim_body(miner.gpus), headers).status == 401


def test_a_token_sent_twice_is_401(network, api, miner):
    launch = api.launch(miner, network.chute())
    headers = [("Authorization", launch.token)] * 2
    assert api.request("POST", launch.path, launch.claim_body(miner.gpus), headers).status in (400, 401)


def test_a_claim_over_capacity_is_423_and_the_token_stays_good(network, api, miner):
    chute = network.chute(target=1)
    other = network.miner(gpus=1)
    launch, rival = api.launch(miner, chute), api.launch(other, chute)
    assert rival.claim(other.gpus).status == 200
    assert rival.verify().status == 200
    assert rival.activate().status == 200
    assert launch.claim(miner.gpus).status == 423
    network.target(chute, 5)
    assert launch.claim(miner.gpus).status == 200


def test_a_miner_blacklisted_since_is_403(stack, network, api, miner):
    launch = api.launch(miner, network.chute())
    stack.postgres.execute("update public.metagraph_nodes set blacklist_reason = 'cheats' where hotkey = %s",
                           (miner.hotkey,))
    assert launch.claim(miner.gpus).status == 403


def test_host_and_port_already_taken_are_409(network, api):
    chute = network.chute()
    miner = network.miner(gpus=2)
    first, second = api.launch(miner, chute), api.launch(miner, chute)
    assert first.claim(miner.gpus[:1], port=21000).status == 200
    assert second.claim(miner.gpus[1:], port=21000).status == 409


@pytest.mark.parametrize("host",
                         ["", "2130706433", "0x7f.1", "127.1", "no such host", "[::1]", "host.invalid.",
                          "10.0.0.1/8", "::1%lo"])
def test_a_host_that_is_no_address_or_name_is_400(stack, network, api, miner, host):
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus, host=host).status == 400
    assert config(stack, launch)["failed_at"] is None or host


@pytest.mark.parametrize("case, status", [
    ("too few", 400), ("too many", 400), ("the same twice", 400), ("unknown", 404), ("another miner's", 404),
    ("not verified", 400), ("not allowed", 400), ("another host", 400), ("in another instance", 409),
])
def test_gpu_rules(stack, network, api, case, status):
    miner = network.miner(gpus=4)
    host = miner.gpus[0][1]
    chute = network.chute(gpu_count=2, include=["h100_sxm"])
    launch = api.launch(miner, chute)
    gpus = miner.gpus[:2]
    if case == "too few":
        gpus = gpus[:1]
    elif case == "too many":
        gpus = miner.gpus[:3]
    elif case == "the same twice":
        gpus = [gpus[0], gpus[0]]
    elif case == "unknown":
        gpus = [gpus[0], (uuid.uuid4().hex, host)]
    elif case == "another miner's":
        gpus = [gpus[0], network.miner(gpus=1, host=host).gpus[0]]
    elif case == "not verified":
        gpus = [gpus[0], *network.gpus(miner, 1, "h100_sxm", host, verified=False)]
    elif case == "not allowed":
        gpus = [gpus[0], *network.gpus(miner, 1, "4090", host)]
    elif case == "another host":
        gpus = [gpus[0], *network.gpus(miner, 1, "h100_sxm", network.host())]
    elif case == "in another instance":
        assert api.launch(miner, chute).claim(gpus).status == 200
        gpus = miner.gpus[1:3]
    answer = launch.claim(gpus, port=23000)
    assert answer.status == status
    assert config(stack, launch)["failed_at"] is not None
    assert launch.claim(miner.gpus[2:], port=23000).status == 401


def test_the_verification_host_is_compared_without_regard_to_case(network, api):
    miner = network.miner(gpus=1, host="LocalHost")
    assert api.launch(miner, network.chute()).claim(miner.gpus, host="localhost").status == 200


def test_unknown_keys_and_text_numbers_are_accepted_as_pydantic_does(network, api, miner):
    launch = api.launch(miner, network.chute())
    mappings = [{"internal_port": "8000", "external_port": 22000.0, "proto": "TCP", "default": True, "x": []}]
    assert launch.claim(miner.gpus, port_mappings=mappings, unknown={"a": 1}).status == 200


def test_a_claim_as_sdk_0_3_60_sends_it(network, api):
    """Recorded from the package, by ./dev interop's pod: keys, types and lengths."""
    miner = network.miner(gpus=2)
    devices = [{"name": "NVIDIA H100 80GB HBM3", "uuid": uuid, "memory": 85899345920, "processors": 132,
                "clock_rate": 1980000.0, "max_threads_per_processor": 2048} for uuid, _ in miner.gpus]
    ports = [{"proto": "tcp", "internal_port": internal, "external_port": internal, "default": True}
             for internal in (8000, 8001)]
    directories = ["/usr/local/lib/python3.12/dist-packages", "/home/chutes/.local/lib/python3.12"]
    launch = api.launch(miner, network.chute(gpu_count=2))
    body = {
        "gpus": devices, "port_mappings": ports, "host": miner.gpus[0][1], "env": "A" * 14936,
        "code": "A" * 1260,
        "run_code": "A" * 24492, "run_path": f"{directories[0]}/chutes/entrypoint/run.py",
        "py_dirs": directories, "inspecto": "0" * 16, "egress": False, "netnanny_hash": "0" * 16,
        "fsv": "0" * 64}
    answer = api.request("POST", launch.path, body, launch.headers())
    assert answer.status == 200, answer


def test_every_fault_of_the_body_is_reported_at_once(network, api, miner):
    launch = api.launch(miner, network.chute())
    body = {"gpus": [{"uuid": 5}, {}], "host": None, "code": 1,
            "port_mappings": [{"internal_port": 21, "external_port": "x", "proto": "icmp"}]}
    answer = api.request("POST", launch.path, body, launch.headers())
    assert answer.status == 422
    assert [(error["type"], error["loc"]) for error in answer.detail] == [
        ("string_type", ["body", "gpus", 0, "uuid"]),
        ("missing", ["body", "gpus", 1, "uuid"]),
        ("string_type", ["body", "host"]),
        ("greater_than_equal", ["body", "port_mappings", 0, "internal_port"]),
        ("int_parsing", ["body", "port_mappings", 0, "external_port"]),
        ("literal_error", ["body", "port_mappings", 0, "proto"]),
        ("missing", ["body", "env"]),
        ("string_type", ["body", "code"]),
    ]
    assert launch.claim(miner.gpus).status == 200, "a malformed claim uses nothing up"


@pytest.mark.parametrize("second", [
    {"internal_port": 8000, "external_port": 22001, "proto": "tcp"},
    {"internal_port": 8001, "external_port": 22000, "proto": "TCP"},
])
def test_a_port_mapped_twice_is_422(network, api, miner, second):
    launch = api.launch(miner, network.chute())
    mappings = [{"internal_port": 8000, "external_port": 22000, "proto": "tcp"}, second]
    answer = launch.claim(miner.gpus, port_mappings=mappings)
    assert answer.status == 422
    assert answer.detail[0]["loc"] == ["body", "port_mappings", 1]


def test_the_same_port_of_two_protocols_is_fine(network, api, miner):
    launch = api.launch(miner, network.chute())
    mappings = [{"internal_port": 8000, "external_port": 22000, "proto": proto} for proto in ("tcp", "udp")]
    assert launch.claim(miner.gpus, port_mappings=mappings).status == 200


def test_a_body_over_the_limit_is_413(network, api, miner):
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus, env="A" * (4 << 20)).status == 413
