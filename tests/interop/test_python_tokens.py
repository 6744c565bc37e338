"""Tokens cross between Rigger and the Python service, which signs and reads with PyJWT."""

import hashlib
import secrets

import jwt
import pytest

from harness import python_tokens
from harness.accounts import Account
from harness.client import Api, Launch
from harness.jobs import JOBS, JobPod, job_of
from harness.stack import Stack

ACCOUNT_KEY = "secret"


def encode(claims, key):
    """As the Python service calls it."""
    return jwt.encode(claims, key, algorithm="HS256")


@pytest.fixture(scope="module")
def stack():
    """A stack with the secrets of a Python service."""
    def change(settings):
        del settings["launch"]["launch_secret"]
        settings["launch"].update(launch_key=secrets.token_urlsafe(24), account_encryption_key=ACCOUNT_KEY)

    with Stack(change) as running:
        yield running


@pytest.fixture
def api(stack):
    """A client of that stack."""
    return Api(stack)


def read(stack, token, required, verify_exp=True):
    """As the Python service reads launch tokens, and job tokens without an end."""
    return jwt.decode(token, stack.settings["launch"]["launch_key"], algorithms=["HS256"], issuer="chutes",
                      options={"verify_exp": verify_exp, "require": required})


def test_what_pyjwt_signed_is_claimed_here(stack, api):
    miner, chute = stack.network.miner(gpus=1), stack.network.chute()
    launch = Launch(api, python_tokens.issue(stack, miner, chute, make=encode))
    assert launch.claim(miner.gpus).status == 200
    assert launch.verify().status == 200 and launch.activate().status == 200


def test_the_harness_signs_as_pyjwt_does(stack):
    claims = {"exp": 2000000000, "sub": "x", "url": "https://a/\u00e9", "salted": True}
    assert python_tokens.sign(claims, "a key") == encode(claims, "a key")


def test_pyjwt_reads_what_we_sign(stack, api):
    chute = stack.network.chute(jobs=JOBS)
    job, miner = job_of(stack, chute), stack.network.miner(gpus=1, host="127.0.0.1")
    pod = JobPod(api, miner, chute, job)
    try:
        claims = read(stack, pod.launch.token, ["exp", "iat", "iss"])
        assert claims["sub"] == pod.launch.config_id and claims["job_id"] == job
        assert pod.claim().status == 200
        verified = pod.verify()
    finally:
        pod.close()
    token = verified.json["job_status_url"].partition("?token=")[2]
    assert read(stack, token, ["iat", "iss"], verify_exp=False)["sub"] == job
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, hashlib.sha256(stack.settings["launch"]["launch_key"].encode()).hexdigest(),
                   algorithms=["HS256"], options={"verify_exp": False})


def test_a_user_token_of_pyjwt_is_taken(stack, api):
    account = Account(stack)
    bearer = {"Authorization": "Bearer " + python_tokens.user_token(account, ACCOUNT_KEY, make=encode)}
    assert api.request("GET", f"/instances/launch_config?chute_id={stack.network.chute()}",
                       headers=bearer).status == 200
