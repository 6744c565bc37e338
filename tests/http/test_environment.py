"""The environment check of a claim, provider old_env_dump."""

import base64
import json

import pytest

from harness.dumping_pod import MASTER_KEY, SALT, DumpingPod
from harness.pod import dump
from harness.stack import Stack


@pytest.fixture(scope="module")
def old_dumps():
    """A stack that checks environments."""
    def change(settings):
        settings["attestation"].update(environment="old_env_dump", old_env_dump_master_key=MASTER_KEY,
                                       old_env_dump_salt=SALT)

    with Stack(change) as stack:
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []


def test_an_honest_environment_is_accepted(old_dumps):
    pod = DumpingPod(old_dumps)
    assert pod.claim().status == 200
    assert pod.launch.verify().status == 200


def cheat(pod, how):
    """Changes one thing; returns what goes into the body instead."""
    if how == "no dump":
        return {"env": "ZW52"}
    if how == "no base64":
        return {"env": "%%"}
    if how == "another env key":
        return {"env": dump(MASTER_KEY, "00" * 16, SALT, pod.env)}
    if how == "code is no dump":
        return {"code": "Y29kZQ=="}
    if how == "another code":
        pod.code["content"] = base64.b64encode(b"import os\n").decode()
    elif how == "another command":
        pod.env["all_processes"][0]["cmdline"] = pod.cmdline.replace("8000", "8001")
    elif how == "another miner":
        pod.env["all_processes"][0]["cmdline"] = pod.cmdline.replace(pod.miner.hotkey, "5x")
    elif how == "root":
        pod.env["all_processes"][0]["username"] = "root"
    elif how == "not the first process":
        pod.env["all_processes"].insert(0, {"pid": 1, "username": "root", "cmdline": "sh"})
    return {}


@pytest.mark.parametrize("how", ["no dump", "no base64", "another env key", "code is no dump", "another code",
                                 "another command", "another miner", "root", "not the first process"])
def test_any_other_environment_is_403_and_the_end(old_dumps, how):
    pod = DumpingPod(old_dumps)
    answer = pod.claim(**cheat(pod, how))
    assert answer.status == 403
    assert pod.failed()
    assert "app:chute" not in answer.text and "import chutes" not in answer.text, \
        "what was expected is not told"
    assert pod.claim().status == 401


def test_the_administrator_s_rules_must_hold(old_dumps):
    rules = {"/os": {"equals": "Linux"}, "/debugger": {"present": False}}
    old_dumps.postgres.execute("insert into rigger.settings (key, value) values ('environment_rules', %s)",
                             (json.dumps(rules),))
    try:
        assert DumpingPod(old_dumps).claim().status == 200
        pod = DumpingPod(old_dumps)
        pod.env["debugger"] = True
        assert pod.claim().status == 403
        assert pod.failed()
        # As it was written before the table had its guard, which refuses it.
        old_dumps.postgres.execute("alter table rigger.settings disable trigger guard_settings;"
                                   " update rigger.settings set value = '[]' where key = 'environment_rules';"
                                   " alter table rigger.settings enable trigger guard_settings")
        pod = DumpingPod(old_dumps)
        assert pod.claim().status == 503, "rules that make no sense let nobody pass"
        assert not pod.failed()
    finally:
        old_dumps.postgres.execute("delete from rigger.settings")
