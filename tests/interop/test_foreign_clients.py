"""Clients that others wrote, against ours: keys and signatures of the Bittensor wallet and of polkadot-js,
tokens read by PyJWT. Run by ./dev interop, which installs them from PyPI and npm.
"""

import hashlib
import json
import os
import secrets
import subprocess
import time

import jwt
import pytest
from bittensor_wallet import Keypair

import harness
import sr25519
from harness.client import Api, Launch
from harness.network import Miner
from harness.stack import Stack

POLKADOT = os.path.join(os.path.dirname(harness.__file__), "polkadot.mjs")


@pytest.fixture(scope="module")
def stack():
    """A stack of our own."""
    with Stack() as running:
        yield running


def run(stack, *arguments, seed=None):
    """riggerctl, its answer as JSON."""
    environment = {**stack.responder.environment(), **({"RIGGER_SEED": seed} if seed else {})}
    out = subprocess.run([os.path.join(stack.build, "riggerctl"), *arguments, "--json"],
                         env=environment, check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def polkadot(*arguments):
    """The answer of the polkadot-js script."""
    return json.loads(subprocess.run(["node", POLKADOT, *arguments], check=True,
                                     capture_output=True, text=True).stdout)


def headers_of(keypair, tail):
    """What a miner's control plane sends, signed by the wallet."""
    nonce = str(int(time.time()))
    signature = keypair.sign(f"{keypair.ss58_address}:{nonce}:{tail}".encode()).hex()
    return {"X-Chutes-Hotkey": keypair.ss58_address, "X-Chutes-Nonce": nonce, "X-Chutes-Signature": signature}


@pytest.mark.parametrize("seed", [secrets.token_hex(32) for _ in range(50)])
def test_keys_and_signatures_are_the_wallet_s(stack, seed):
    wallet = Keypair.create_from_seed("0x" + seed)
    assert run(stack, "keygen", "--seed", seed)["ss58"] == wallet.ss58_address
    signed = run(stack, "sign", "GET", "/instances/launch_config", seed=seed)
    message = f"{signed['X-Chutes-Hotkey']}:{signed['X-Chutes-Nonce']}:launch".encode()
    signature = bytes.fromhex(signed["X-Chutes-Signature"])
    assert wallet.verify(message, signature)
    assert sr25519.verify(signature, message, wallet.public_key)
    assert not sr25519.verify(signature, message + b"x", wallet.public_key)


def miner_of_the_wallet(stack):
    """A registered miner with a GPU, and its wallet's key."""
    seed = secrets.token_hex(32)
    wallet = Keypair.create_from_seed("0x" + seed)
    miner = Miner(seed, wallet.ss58_address)
    stack.postgres.execute("insert into metagraph_nodes (hotkey, coldkey, node_id, netuid, checksum)"
                           " values (%s, 'cold', 1, 64, 'x')", (miner.hotkey,))
    stack.network.gpus(miner, 1, "h100_sxm", stack.network.host())
    return miner, wallet


def test_a_life_signed_by_the_wallet(stack):
    miner, wallet = miner_of_the_wallet(stack)
    chute, api = stack.network.chute(), Api(stack)
    path = f"/instances/launch_config?chute_id={chute}"
    issued = api.request("GET", path, headers=headers_of(wallet, "launch"))
    assert issued.status == 200
    launch = Launch(api, issued.json)
    assert launch.claim(miner.gpus).status == 200
    verified = launch.verify()
    assert verified.status == 200
    assert launch.activate().status == 200
    gone = api.request("DELETE", f"/instances/{chute}/{verified.json['instance_id']}",
                       headers=headers_of(wallet, "instances"))
    assert gone.status == 200


def test_an_instance_announced_by_the_wallet(stack):
    miner, wallet = miner_of_the_wallet(stack)
    chute, api = stack.network.chute(chutes_version="0.2.20"), Api(stack)

    def send(method, path, body):
        raw = json.dumps(body).encode()
        return api.request(method, path, raw, headers_of(wallet, hashlib.sha256(raw).hexdigest()))

    made = send("POST", f"/instances/{chute}/", {"node_ids": [gpu for gpu, _ in miner.gpus],
                                                 "host": miner.gpus[0][1], "port": 20000})
    assert made.status == 202
    path = f"/instances/{chute}/{made.json['instance_id']}"
    assert send("PATCH", path, {"active": True}).json["active"]
    assert api.request("DELETE", path, headers=headers_of(wallet, "instances")).status == 200


def test_pyjwt_reads_launch_tokens_and_ours_reads_pyjwt_s(stack):
    key = hashlib.sha256(stack.settings["launch"]["launch_secret"].encode()).hexdigest()
    api, miner = Api(stack), stack.network.miner(gpus=1)
    launch = api.launch(miner, stack.network.chute())
    payload = jwt.decode(launch.token, key, algorithms=["HS256"], issuer="chutes",
                         options={"require": ["exp", "iat", "iss", "sub"]})
    assert payload["sub"] == launch.config_id
    launch.token = jwt.encode(payload, key, algorithm="HS256")
    assert launch.claim(miner.gpus).status == 200


@pytest.mark.parametrize("seed", [secrets.token_hex(32) for _ in range(5)])
def test_keys_and_signatures_are_those_of_polkadot_js(stack, seed):
    theirs = polkadot("sign", seed, "hello")
    assert run(stack, "keygen", "--seed", seed)["ss58"] == theirs["address"]
    signed = run(stack, "sign", "DELETE", "/instances/a/b", seed=seed)
    message = f"{signed['X-Chutes-Hotkey']}:{signed['X-Chutes-Nonce']}:instances"
    assert polkadot("verify", theirs["address"], message, signed["X-Chutes-Signature"]) == {"valid": True}
    assert polkadot("verify", theirs["address"], message + "x",
                    signed["X-Chutes-Signature"]) == {"valid": False}
