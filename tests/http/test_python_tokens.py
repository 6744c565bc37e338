"""Tokens cross between Rigger and the Python service of a Chutes network: each takes what the other issued.
tests/interop/test_python_tokens.py does the same with PyJWT itself."""

import hashlib
import secrets

import pytest

from harness import python_tokens
from harness.accounts import Account
from harness.client import Api, Launch
from harness.jobs import JOBS, JobPod, job_of
from harness.stack import Stack
from harness.tokens import payload_of

# The encryption key of the accounts may be as short as this there, and cannot be changed.
ACCOUNT_KEY = "secret"


def use_their_secrets(settings):
    """The secrets of a Python service, as docs/beside-chutes.md says to write them."""
    del settings["launch"]["launch_secret"]
    settings["launch"].update(launch_key=secrets.token_urlsafe(24), account_encryption_key=ACCOUNT_KEY)


@pytest.fixture(scope="module")
def stack():
    """A stack with the secrets of the Python service."""
    with Stack(use_their_secrets) as running:
        yield running
        assert running.postgres.execute("select * from rigger.check_invariants()") == []


@pytest.fixture
def api(stack):
    """A client of that stack."""
    return Api(stack)


def test_a_launch_that_they_issued_lives_here(stack, api):
    miner, chute = stack.network.miner(gpus=1), stack.network.chute()
    launch = Launch(api, python_tokens.issue(stack, miner, chute))
    assert launch.claim(miner.gpus).status == 200
    verified = launch.verify()
    assert verified.status == 200 and launch.activate().status == 200
    assert api.delete(miner, chute, verified.json["instance_id"]).status == 200


def test_the_digest_of_the_launch_key_signs_nothing(stack, api):
    miner = stack.network.miner(gpus=1)
    issued = python_tokens.issue(stack, miner, stack.network.chute())
    key = stack.settings["launch"]["launch_key"]
    issued["token"] = python_tokens.sign(payload_of(issued["token"]),
                                         hashlib.sha256(key.encode()).hexdigest())
    assert Launch(api, issued).claim(miner.gpus).status == 401


def test_our_launch_token_is_theirs(stack, api):
    miner, chute = stack.network.miner(gpus=1), stack.network.chute()
    token = api.launch(miner, chute).token
    theirs = payload_of(python_tokens.issue(stack, miner, chute)["token"])
    assert python_tokens.is_signed(token, stack.settings["launch"]["launch_key"])
    assert list(payload_of(token)) == list(theirs)
    assert payload_of(token)["exp"] - payload_of(token)["iat"] == theirs["exp"] - theirs["iat"]


def test_a_job_s_token_is_theirs(stack, api):
    chute = stack.network.chute(jobs=JOBS)
    job, miner = job_of(stack, chute), stack.network.miner(gpus=1, host="127.0.0.1")
    pod = JobPod(api, miner, chute, job)
    try:
        theirs = payload_of(python_tokens.issue(stack, miner, chute, job, disk_gb=20)["token"])
        assert list(payload_of(pod.launch.token)) == list(theirs)
        assert pod.claim().status == 200
        verified = pod.verify()
    finally:
        pod.close()
    assert verified.status == 200
    token = verified.json["job_status_url"].partition("/jobs/")[2].removeprefix(f"{job}?token=")
    assert python_tokens.is_signed(token, stack.settings["launch"]["launch_key"])
    assert list(payload_of(token)) == ["sub", "iat", "iss"] and payload_of(token)["sub"] == job


def test_their_user_token_is_taken_under_a_key_that_is_short(stack, api):
    account = Account(stack)
    path = f"/instances/launch_config?chute_id={stack.network.chute()}"
    for key, status in ((ACCOUNT_KEY, 200), ("Secret", 401)):
        bearer = {"Authorization": "Bearer " + python_tokens.user_token(account, key)}
        assert api.request("GET", path, headers=bearer).status == status


def test_a_weak_key_of_theirs_is_warned_of(stack):
    checked = stack.responder.check()
    assert checked.returncode == 0
    assert "warning: [launch] account_encryption_key is weak: it is shorter than 16 bytes" in checked.stderr
    assert "[launch] account_encryption_key is weak" in stack.responder.log()


def test_the_token_of_an_address_is_theirs(stack, api):
    salt = stack.settings["launch"]["ip_check_salt"]
    for extra in ("", "x y"):
        answer = api.request("GET", "/instances/token_check?salt=" + extra.replace(" ", "%20"))
        assert answer.json["token"] == python_tokens.ip_token("127.0.0.1", salt, extra)


def test_the_secrets_of_launch_tokens_are_never_dumped(stack):
    dumped = stack.responder.check("dump-config")
    assert dumped.returncode == 0 and "launch_key = ********" in dumped.stdout
    assert stack.settings["launch"]["launch_key"] not in dumped.stdout
