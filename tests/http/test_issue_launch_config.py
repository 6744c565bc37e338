"""GET /instances/launch_config."""

import base64
import hashlib
import hmac
import re
import uuid

from harness.tokens import payload_of


def test_a_registered_miner_gets_a_token_of_the_contract(stack, network, api):
    miner, chute = network.miner(), network.chute()
    answer = api.token(miner, chute)
    assert answer.status == 200
    assert set(answer.json) == {"token", "config_id"}
    config_id = answer.json["config_id"]
    assert str(uuid.UUID(config_id)) == config_id and uuid.UUID(config_id).version == 8
    payload = payload_of(answer.json["token"])
    assert set(payload) == {"exp", "iat", "iss", "sub", "url", "env_key"}
    assert payload["iss"] == "chutes" and payload["sub"] == config_id
    assert payload["exp"] - payload["iat"] == 7200
    assert payload["url"] == f"{stack.nginx.url}/instances/launch_config/{config_id}"
    assert re.fullmatch("[0-9a-f]{32}", payload["env_key"])
    key = hashlib.sha256(stack.settings["launch"]["launch_secret"].encode()).hexdigest().encode()
    signed, _, signature = answer.json["token"].rpartition(".")
    expected = base64.urlsafe_b64encode(hmac.digest(key, signed.encode(), "sha256")).rstrip(b"=").decode()
    assert signature == expected


def test_the_config_row_holds_chute_miner_and_key(stack, network, api):
    miner, chute = network.miner(), network.chute()
    issued = api.token(miner, chute).json
    row, = stack.postgres.execute("select * from public.launch_configs where config_id = %s",
                                  (issued["config_id"],))
    assert row["chute_id"] == chute and row["miner_hotkey"] == miner.hotkey and row["miner_uid"] == 7
    assert row["seed"] == 0 and row["retrieved_at"] is None and row["job_id"] is None
    assert row["env_key"] == payload_of(issued["token"])["env_key"]


def test_an_unknown_chute_is_404(network, api):
    assert api.token(network.miner(), str(uuid.uuid4())).status == 404


def test_a_chute_at_its_target_is_423(network, api):
    miner, chute = network.miner(), network.chute(target=0)
    launched = network.miner(gpus=1)
    launch = api.launch(launched, chute)
    assert launch.claim(launched.gpus).status == 200
    assert launch.verify().status == 200
    assert launch.activate().status == 200
    assert api.token(miner, chute).status == 423


def test_a_missing_chute_id_is_422_in_pydantic_s_shape(network, api):
    miner = network.miner()
    answer = api.signed(miner, "GET", "/instances/launch_config")
    assert answer.status == 422
    assert answer.detail == [{"type": "missing", "loc": ["query", "chute_id"], "msg": "Field required",
                              "input": None}]
