"""The filesystem check, provider command."""

import contextlib
import hashlib

import pytest

from harness.client import Api
from harness.stack import Stack

TOOL = """#!/bin/sh
echo "$0 $*" >> {directory}/calls
[ -z "$HOME$RIGGER_CONFIG" ] || exit 3
case "$3" in
    *hang*) sleep 60 ;;
    *fail*) exit 1 ;;
    *silent*) exit 0 ;;
    *flood*) yes ;;
esac
echo "some chatter"
printf 'RESULT:%s\\n' "$(printf '%s|%s|%s|%s' "$1" "$2" "$3" "$4" | sha256sum | cut -d' ' -f1)"
"""


@pytest.fixture(scope="module")
def command(tmp_path_factory):
    """A stack with a tool; stack.calls is where it notes each call."""
    directory = tmp_path_factory.mktemp("tool")
    tool = directory / "digest"
    tool.write_text(TOOL.format(directory=directory))
    tool.chmod(0o755)

    def change(settings):
        settings["attestation"].update(
            filesystem="command",
            filesystem_command=f"{tool} {{image_id}} {{patch_version}} {{salt}} {{exclude}}",
            filesystem_timeout_ms=30000)
        settings["server"]["slow_workers"] = 1

    with Stack(change) as stack:
        stack.calls = directory / "calls"
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []


def image_of(stack, chute):
    """The chute's image."""
    return stack.postgres.execute("select i.* from public.images i join public.chutes using (image_id)"
                                  " where chute_id = %s", (chute,))[0]


def digest(image, salt):
    """What the tool prints."""
    text = f"{image['image_id']}|{image['patch_version']}|{salt}|/app/app.py"
    return hashlib.sha256(text.encode()).hexdigest()


def launch_on(stack, chutes_version="0.3.5"):
    """(launch, miner, image)"""
    miner, chute = stack.network.miner(gpus=1), stack.network.chute(chutes_version=chutes_version)
    return Api(stack).launch(miner, chute), miner, image_of(stack, chute)


def test_the_tool_s_digest_is_accepted_and_asked_for_once(command):
    launch, miner, image = launch_on(command)
    right = digest(image, launch.config_id)
    network_fault = launch.claim(miner.gpus, fsv=right, host="no such host")
    assert network_fault.status == 400
    assert launch.claim(miner.gpus, fsv=right).status == 200
    assert command.calls.read_text().count(launch.config_id) == 1


@pytest.mark.parametrize("fsv", [None, "", "0" * 64])
def test_any_other_digest_is_403_and_the_end(command, fsv):
    launch, miner, image = launch_on(command)
    assert launch.claim(miner.gpus, fsv=fsv).status == 403
    assert launch.claim(miner.gpus, fsv=digest(image, launch.config_id)).status == 401


@pytest.mark.parametrize("trouble", ["hang", "fail", "silent", "flood"])
def test_a_tool_in_trouble_is_503_and_the_token_stays_good(command, trouble):
    launch, miner, image = launch_on(command)
    command.postgres.execute(
        "update public.images set patch_version = '1', image_id = image_id where image_id = %s",
        (image["image_id"],))
    with open(command.calls.parent / "digest", encoding="utf-8") as tool:
        good = tool.read()
    (command.calls.parent / "digest").write_text(good.replace(f"*{trouble}*", f"*{launch.config_id}*"))
    try:
        with command.responder.having("attestation", filesystem_timeout_ms=500) \
                if trouble == "hang" else contextlib.nullcontext():
            assert launch.claim(miner.gpus, fsv="x").status == 503
    finally:
        (command.calls.parent / "digest").write_text(good)
    image["patch_version"] = "1"
    assert launch.claim(miner.gpus, fsv=digest(image, launch.config_id)).status == 200


def test_before_0_3_1_the_digest_comes_with_the_verification_salted_with_the_seed(command):
    launch, miner, image = launch_on(command, "0.3.0")
    assert launch.claim(miner.gpus, fsv=None).status == 200
    launch.solve()
    body = {**launch.answer_body(), "fsv": digest(image, launch.challenge["seed"])}
    assert launch.verify(body).status == 200
    launch, miner, image = launch_on(command, "0.3.0")
    assert launch.claim(miner.gpus, fsv=None).status == 200
    launch.solve()
    answer = launch.verify({**launch.answer_body(), "fsv": digest(image, launch.config_id)})
    assert (answer.status, answer.detail) == (403, "Verification failed")
