"""DELETE /instances/{chute_id}/{instance_id}."""

import uuid

import pytest


@pytest.fixture
def running(stack, network, api):
    """(miner, chute, instance) of an active instance."""
    miner, chute = network.miner(gpus=1), network.chute()
    launch = api.launch(miner, chute)
    assert launch.claim(miner.gpus).status == 200
    assert launch.verify().status == 200
    assert launch.activate().status == 200
    row, = stack.postgres.execute("select instance_id from public.instances where config_id = %s",
                                  (launch.config_id,))
    return miner, chute, row["instance_id"]


def test_the_instance_goes_and_its_audit_row_stays(stack, api, running):
    miner, chute, instance = running
    answer = api.delete(miner, chute, instance)
    assert (answer.status, answer.json) == (200, {"instance_id": instance, "deleted": True})
    assert stack.postgres.execute("select 1 from public.instances where instance_id = %s", (instance,)) == []
    assert stack.postgres.execute("select 1 from public.instance_nodes where instance_id = %s",
                                  (instance,)) == []
    audit, = stack.postgres.execute("select * from public.instance_audit where instance_id = %s", (instance,))
    assert audit["deleted_at"] and audit["deletion_reason"]
    rows = stack.postgres.execute(
        "select reason from rigger.events where payload->'data'->>'instance_id' = %s"
        " order by event_id", (instance,))
    assert [row["reason"] for row in rows][-1] == "instance_deleted"
    assert api.delete(miner, chute, instance).status == 404


def test_not_there_and_not_yours_are_one_answer(network, api, running):
    miner, chute, instance = running
    answers = [api.delete(network.miner(), chute, instance), api.delete(miner, chute, str(uuid.uuid4())),
               api.delete(miner, str(uuid.uuid4()), instance)]
    assert {(answer.status, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert api.delete(miner, chute, instance).status == 200


def test_a_signature_for_launching_does_not_delete(network, api, running):
    miner, chute, instance = running
    headers = network.sign(miner, "GET", "/instances/launch_config?chute_id=x")
    assert api.request("DELETE", f"/instances/{chute}/{instance}", headers=headers).status == 401
