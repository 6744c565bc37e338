"""Random operations against a model. Long: ./dev property --operations 20000 --seed N."""

import concurrent.futures
import os
import random

import pytest

from harness.client import Api, Launch
from harness.player import HOST, Player
from harness.stack import Stack

OPERATIONS = int(os.environ.get("RIGGER_PROPERTY_OPERATIONS", "2000"))
SEED = int(os.environ.get("RIGGER_PROPERTY_SEED", "0")) or random.SystemRandom().randrange(1, 2 ** 31)
COMPARE_EVERY = 100
TAIL = 30


@pytest.fixture
def world():
    """A stack of its own, whose reaper is called by the test alone."""
    with Stack(lambda settings: settings["background"].update(reap_interval_ms=3600000)) as stack:
        yield stack


def test_every_answer_is_the_model_s(world):
    player = Player(world, random.Random(SEED))
    try:
        for number in range(1, OPERATIONS + 1):
            player.step()
            if number % COMPARE_EVERY == 0:
                player.compare()
        player.compare()
        player.compare_events()
    except AssertionError as error:
        raise AssertionError(f"RIGGER_PROPERTY_SEED={SEED}, operation {number}: {error}\n"
                             + "\n".join(player.lines[-TAIL:])) from error
    statuses = {line.rsplit(": ", 1)[-1] for line in player.lines}
    wanted = {"200", "202", "400", "401", "403", "404", "409", "422", "423"}
    assert OPERATIONS < 2000 or statuses >= wanted, "the operations met every kind of answer"


def live(stack, miner, chutes, chance, count):
    """So many requests of one miner, whatever the others do; what was acknowledged."""
    api, acknowledged, launches, instances = Api(stack), [], [], []
    for _ in range(count):
        kind = chance.random()
        if kind < 0.35 or not launches:
            answer = api.token(miner, chance.choice(chutes[:2]))
            launches += [Launch(api, answer.json)] if answer.status == 200 else []
        elif kind < 0.6:
            launch = chance.choice(launches)
            answer = launch.claim([chance.choice(miner.gpus)], port=20000 + 2 * chance.randrange(8))
            if answer.status == 200:
                acknowledged.append(("claimed", launch.config_id))
        elif kind < 0.75:
            launch = chance.choice(launches)
            answer = launch.verify() \
                if launch.challenge else launch.verify({"response": "", "iv": "00" * 16, "proof": {}})
            if answer.status == 200:
                acknowledged.append(("verified", launch.config_id))
                instances.append((answer.json["chute_id"], answer.json["instance_id"]))
        elif kind < 0.85:
            answer = chance.choice(launches).activate()
        elif kind < 0.93 or not instances:
            answer = api.signed(miner, "POST", f"/instances/{chutes[2]}/", {
                "node_ids": [chance.choice(miner.gpus)[0]], "host": HOST,
                "port": 20000 + 2 * chance.randrange(8)})
            if answer.status == 202:
                instances.append((chutes[2], answer.json["instance_id"]))
        else:
            chute, instance = instances.pop(chance.randrange(len(instances)))
            answer = api.delete(miner, chute, instance)
            if answer.status == 200:
                acknowledged.append(("deleted", instance))
        assert answer.status < 500, answer
    return acknowledged


TRUE = {
    "claimed": "select 1 from rigger.placements where config_id = %s",
    "verified": "select 1 from public.launch_configs where config_id = %s and verified_at is not null",
    "deleted": "select 1 from public.instance_audit where instance_id = %s and deleted_at is not null"
               " and deletion_reason = 'miner initialized'",
}


def test_what_is_acknowledged_is_true_whatever_happens_at_once(world):
    miners = [world.network.miner(gpus=3, host=HOST, model="a6000") for _ in range(8)]
    chutes = [world.network.chute(target=3), world.network.chute(target=6),
              world.network.chute(target=3, chutes_version="0.2.20")]
    with concurrent.futures.ThreadPoolExecutor(len(miners)) as pool:
        lives = [pool.submit(live, world, miner, chutes, random.Random(SEED + number), OPERATIONS // 40)
                 for number, miner in enumerate(miners)]
        acknowledged = [each for future in lives for each in future.result()]
    assert world.postgres.execute("select * from rigger.check_invariants()") == [], \
        f"RIGGER_PROPERTY_SEED={SEED}"
    for what, subject in acknowledged:
        assert world.postgres.execute(TRUE[what], (subject,)), (what, subject, f"RIGGER_PROPERTY_SEED={SEED}")
    assert {what for what, _ in acknowledged} >= {"claimed", "verified"}
