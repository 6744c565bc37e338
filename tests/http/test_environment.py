"""The environment check of a claim, provider envdump."""

import base64
import json

import pytest

from harness.client import Api
from harness.pod import dump
from harness.stack import Stack
from test_issue_launch_config import claims

MASTER_KEY = "31e6f77be704c28f04fbdf4712cbfa1258541d6710be799b562373bd70ccb997"
SALT = "ce421c6807b91af97ada68d3f627119c"


@pytest.fixture(scope="module")
def envdump():
    """A stack that checks environments."""
    def change(settings):
        settings["attestation"].update(environment="envdump", envdump_master_key=MASTER_KEY, envdump_salt=SALT)

    with Stack(change) as stack:
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []


class Pod:
    """An honest pod; a test changes what it is about."""

    def __init__(self, stack):
        self.stack, self.api = stack, Api(stack)
        self.miner, self.chute = stack.network.miner(gpus=1), stack.network.chute()
        self.launch = self.api.launch(self.miner, self.chute)
        row, = stack.postgres.execute("select code, ref_str from public.chutes where chute_id = %s", (self.chute,))
        self.env_key = claims(self.launch.token)["env_key"]
        self.code = {"content": base64.b64encode(row["code"].encode()).decode()}
        self.cmdline = (f"/usr/bin/python3.10 /usr/local/bin/chutes run {row['ref_str']} --port 8000 --miner-ss58"
                        f" {self.miner.hotkey} --validator-ss58 {stack.settings['launch']['validator_ss58']}")
        self.env = {"all_processes": [{"pid": 1, "username": "chutes", "cmdline": self.cmdline}], "os": "Linux"}

    def claim(self, **changes):
        """POST with both dumps."""
        body = {"env": dump(MASTER_KEY, self.env_key, SALT, self.env),
                "code": dump(MASTER_KEY, self.env_key, SALT, self.code), **changes}
        return self.launch.claim(self.miner.gpus, **body)

    def failed(self):
        """Whether the config has failed."""
        row, = self.stack.postgres.execute("select failed_at from public.launch_configs where config_id = %s",
                                           (self.launch.config_id,))
        return row["failed_at"] is not None


def test_an_honest_environment_is_accepted(envdump):
    pod = Pod(envdump)
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
def test_any_other_environment_is_403_and_the_end(envdump, how):
    pod = Pod(envdump)
    answer = pod.claim(**cheat(pod, how))
    assert answer.status == 403
    assert pod.failed()
    assert "app:chute" not in answer.text and "import chutes" not in answer.text, "what was expected is not told"
    assert pod.claim().status == 401


def test_the_administrator_s_rules_must_hold(envdump):
    rules = {"/os": {"equals": "Linux"}, "/debugger": {"present": False}}
    envdump.postgres.execute("insert into rigger.settings (key, value) values ('environment_rules', %s)",
                             (json.dumps(rules),))
    try:
        assert Pod(envdump).claim().status == 200
        pod = Pod(envdump)
        pod.env["debugger"] = True
        assert pod.claim().status == 403
        assert pod.failed()
        envdump.postgres.execute("update rigger.settings set value = '[]'")
        pod = Pod(envdump)
        assert pod.claim().status == 503, "rules that make no sense let nobody pass"
        assert not pod.failed()
    finally:
        envdump.postgres.execute("delete from rigger.settings")
