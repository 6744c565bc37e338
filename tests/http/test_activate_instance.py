"""PATCH /instances/{chute_id}/{instance_id}: instances of old SDKs."""

import uuid

import pytest

from harness.announce import INSTANCE_KEYS, announce


@pytest.fixture
def announced(network, api):
    """(miner, chute, instance)"""
    miner, chute = network.miner(gpus=1), network.chute(chutes_version="0.2.20")
    return miner, chute, announce(api, miner, chute).json["instance_id"]


def patch(api, miner, chute, instance, active=True):
    """The request."""
    return api.signed(miner, "PATCH", f"/instances/{chute}/{instance}", {"active": active})


def queue(stack, instance):
    """The instance's verifications."""
    return stack.postgres.execute("select * from rigger.verifications where instance_id = %s order by 1",
                                  (instance,))


def test_it_becomes_active_and_a_verification_is_queued_once(stack, api, announced):
    miner, chute, instance = announced
    answer = patch(api, miner, chute, instance)
    assert answer.status == 200 and set(answer.json) == INSTANCE_KEYS
    assert (answer.json["active"], answer.json["verified"]) == (True, False)
    assert patch(api, miner, chute, instance).status == 200
    assert len(queue(stack, instance)) == 1
    rows = stack.postgres.execute(
        "select reason from rigger.events where payload->'data'->>'instance_id' = %s"
        " order by event_id", (instance,))
    assert [row["reason"] for row in rows] == ["instance_created", "instance_activated"]


def test_active_and_verified_stays_as_it_is(stack, api, announced):
    miner, chute, instance = announced
    stack.postgres.execute(
        "update public.instances set active = true, verified = true where instance_id = %s",
        (instance,))
    assert patch(api, miner, chute, instance).json["verified"] is True
    assert queue(stack, instance) == []
    stack.postgres.execute(
        "update public.instances set active = false, verified = false where instance_id = %s",
        (instance,))


def test_false_is_400(api, announced):
    assert patch(api, *announced, active=False).status == 400


@pytest.mark.parametrize("active", ["yes", "on", 1, "TRUE", "1"])
def test_true_may_be_said_in_pydantic_s_ways(api, announced, active):
    assert patch(api, *announced, active=active).status == 200


def test_not_there_not_yours_and_not_of_this_path_are_one_404(stack, network, api, announced):
    miner, chute, instance = announced
    claimed = network.miner(gpus=1)
    launch = api.launch(claimed, new := network.chute())
    assert launch.claim(claimed.gpus).status == 200
    row, = stack.postgres.execute("select instance_id from public.instances where config_id = %s",
                                  (launch.config_id,))
    answers = [patch(api, network.miner(), chute, instance), patch(api, miner, chute, str(uuid.uuid4())),
               patch(api, miner, network.chute(), instance), patch(api, claimed, new, row["instance_id"])]
    assert {(answer.status, answer.text) for answer in answers} == {(404, answers[0].text)}


def test_the_seventh_verification_within_ten_minutes_is_429(stack, api, announced):
    miner, chute, instance = announced
    for _ in range(6):
        assert patch(api, miner, chute, instance).status == 200
        stack.postgres.execute("update rigger.verifications set state = 'failed', finished_at = now()"
                               " where instance_id = %s", (instance,))
    assert patch(api, miner, chute, instance).status == 429
    stack.postgres.execute("update rigger.verifications set queued_at = queued_at - interval '11 minutes'"
                           " where instance_id = %s", (instance,))
    assert patch(api, miner, chute, instance).status == 200
