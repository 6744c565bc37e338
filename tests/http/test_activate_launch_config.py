"""GET /instances/launch_config/{config_id}/activate."""

import pytest


@pytest.fixture
def verified(network, api):
    """A verified launch."""
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus).status == 200
    assert launch.verify().status == 200
    return launch


def reasons(stack, launch):
    """The reasons of its instance's events."""
    rows = stack.postgres.execute(
        "select reason from rigger.events join rigger.placements"
        " on instance_id = payload->'data'->>'instance_id'"
        " where config_id = %s order by event_id", (launch.config_id,))
    return [row["reason"] for row in rows]


def test_the_first_call_activates_and_later_ones_change_nothing(stack, verified):
    for _ in range(3):
        answer = verified.activate()
        assert (answer.status, answer.json) == (200, {"ok": True})
    row, = stack.postgres.execute("select active from public.instances where config_id = %s",
                                  (verified.config_id,))
    assert row["active"] is True
    assert reasons(stack, verified).count("instance_activated") == 1


def test_not_verified_is_403(network, api):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    assert launch.activate().status == 403
    assert launch.claim(miner.gpus).status == 200
    assert launch.activate().status == 403


def test_an_instance_that_is_gone_is_404(stack, api, verified):
    row, = stack.postgres.execute("select * from public.instances where config_id = %s",
                                  (verified.config_id,))
    stack.postgres.execute("select rigger.evict(%s, 'test')", (row["instance_id"],))
    assert verified.activate().status in (403, 404)


def test_without_a_token_it_is_401(api, verified):
    assert api.request("GET", verified.path + "/activate").status == 401


def test_a_miner_blacklisted_since_is_403(stack, verified):
    stack.postgres.execute(
        "update public.metagraph_nodes set blacklist_reason = 'cheats' where hotkey ="
        " (select miner_hotkey from public.launch_configs where config_id = %s)", (verified.config_id,))
    assert verified.activate().status == 403
