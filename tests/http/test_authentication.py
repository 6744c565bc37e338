"""Hotkey signatures on the wire; the pure part is held against vectors by the unit tests."""

import time
import uuid

import pytest

from harness.tokens import forge_launch_token

PATH = "/instances/launch_config?chute_id={}"


@pytest.fixture
def path(network):
    """The path of a request that would succeed."""
    return PATH.format(network.chute())


def test_a_hotkey_without_a_signature_is_nobody(network, api, path):
    assert api.request("GET", path, headers={"X-Chutes-Hotkey": network.miner().hotkey}).status == 401


def test_no_credential_is_401(api, path):
    assert api.request("GET", path).status == 401


@pytest.mark.parametrize("missing", ["X-Chutes-Hotkey", "X-Chutes-Nonce", "X-Chutes-Signature"])
def test_two_of_three_headers_are_401(network, api, path, missing):
    headers = network.sign(network.miner(), "GET", path)
    del headers[missing]
    assert api.request("GET", path, headers=headers).status == 401


@pytest.mark.parametrize("twice", ["X-Chutes-Hotkey", "X-Chutes-Nonce", "X-Chutes-Signature"])
def test_a_header_sent_twice_is_401(network, api, path, twice):
    headers = network.sign(network.miner(), "GET", path)
    assert api.request("GET", path, headers=[*headers.items(), (twice, headers[twice])]).status == 401


def test_a_signature_works_once(network, api, path):
    headers = network.sign(network.miner(), "GET", path)
    assert api.request("GET", path, headers=headers).status == 200
    assert api.request("GET", path, headers=headers).status == 401


def test_a_signature_in_upper_case_is_the_same_signature(network, api, path):
    headers = network.sign(network.miner(), "GET", path)
    assert api.request("GET", path, headers=headers).status == 200
    headers["X-Chutes-Signature"] = headers["X-Chutes-Signature"].upper()
    assert api.request("GET", path, headers=headers).status == 401


def test_a_signature_of_a_refused_request_is_used_as_well(network, api):
    miner, path = network.miner(), PATH.format("none")
    headers = network.sign(miner, "GET", path)
    assert api.request("GET", path, headers=headers).status == 404
    assert api.request("GET", path, headers=headers).status == 401


def test_a_hotkey_that_is_not_registered_is_401(network, api, path):
    unregistered = network.miner(netuid=1)
    assert api.signed(unregistered, "GET", path).status == 401


def test_a_blacklisted_hotkey_is_403(network, api, path):
    assert api.signed(network.miner(blacklisted="cheats"), "GET", path).status == 403


def test_authentication_comes_before_validation(network, api):
    malformed = "/instances/launch_config"
    assert api.signed(network.miner(netuid=1), "GET", malformed).status == 401
    assert api.signed(network.miner(blacklisted="cheats"), "GET", malformed).status == 403
    headers = network.sign(network.miner(), "GET", malformed)
    assert api.request("GET", malformed, headers=headers).status == 422
    assert api.request("GET", malformed, headers=headers).status == 401


def test_another_miner_s_signature_is_401(network, api, path):
    headers = network.sign(network.miner(), "GET", path)
    headers["X-Chutes-Hotkey"] = network.miner().hotkey
    assert api.request("GET", path, headers=headers).status == 401


def test_a_changed_nonce_is_401(network, api, path):
    headers = network.sign(network.miner(), "GET", path)
    headers["X-Chutes-Nonce"] = str(int(time.time()) - 5)
    assert api.request("GET", path, headers=headers).status == 401


@pytest.mark.parametrize("changes", [
    {"algorithm": "none"}, {"algorithm": "HS384"}, {"algorithm": "HS512"}, {"secret": "another secret"},
    {"exp": int(time.time()) - 1}, {"iss": "somebody"}, {"sub": str(uuid.uuid4())},
], ids=["none", "HS384", "HS512", "another secret", "expired", "another issuer", "another config"])
def test_a_forged_token_is_401(stack, network, api, changes):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    body = launch.claim_body(miner.gpus)
    for method, path in (("POST", launch.path), ("PUT", launch.path), ("GET", launch.path + "/activate")):
        answer = api.request(method, path, body if method != "GET" else None,
                             {"Authorization": forge_launch_token(stack, launch.config_id, **changes)})
        assert answer.status == 401, (method, path)
    good = {"Authorization": forge_launch_token(stack, launch.config_id)}
    assert api.request("POST", launch.path, body, good).status == 200, "the forger can also make a good one"
