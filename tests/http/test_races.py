"""Interleavings that must never pass a rule."""

import concurrent.futures
import contextlib

from harness.together import statuses, together


def test_of_64_claims_of_one_token_exactly_one_wins(stack, network, api):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    answers = together([lambda: launch.claim(miner.gpus)] * 64)
    assert statuses(answers) == [200] + [401] * 63
    rows = stack.postgres.execute("select 1 from rigger.placements where config_id = %s", (launch.config_id,))
    assert len(rows) == 1


def test_32_tokens_never_pass_the_capacity_of_a_chute(stack, network, api):
    chute = network.chute(target=3)
    hot = network.miner(gpus=2)
    for gpu in hot.gpus:
        launch = api.launch(hot, chute)
        assert launch.claim([gpu], port=24000 + 2 * hot.gpus.index(gpu)).status == 200
        assert launch.verify().status == 200
        assert launch.activate().status == 200
    miners = [network.miner(gpus=1) for _ in range(32)]
    launches = [api.launch(miner, chute) for miner in miners]
    answers = together([lambda launch=launch, miner=miner: launch.claim(miner.gpus)
                        for launch, miner in zip(launches, miners)])
    assert statuses(answers) == [200] + [423] * 31
    count, = stack.postgres.execute("select count(*) from public.instances where chute_id = %s", (chute,))
    assert count["count"] == 3


def test_16_announcements_never_pass_the_capacity_of_a_chute(stack, network, api):
    """Without a hot instance there is room for target + 3. Held up at the chute's row
    until they wait there together."""
    chute = network.chute(chutes_version="0.2.20", target=0)
    miners = [network.miner(gpus=1) for _ in range(16)]
    with concurrent.futures.ThreadPoolExecutor(len(miners)) as pool, contextlib.closing(
            stack.postgres.connect()) as holder:
        holder.autocommit = False
        holder.cursor().execute("select from public.chutes where chute_id = %s for no key update", (chute,))
        futures = [pool.submit(api.signed, miner, "POST", f"/instances/{chute}/", {
            "node_ids": [miner.gpus[0][0]], "host": miner.gpus[0][1], "port": 8000}) for miner in miners]
        stack.postgres.wait_for_row(
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' having count(*) > 1")
        holder.rollback()
        answers = [future.result() for future in futures]
    assert statuses(answers) == [202] * 3 + [423] * 13


def test_two_claims_for_one_gpu_are_200_and_409(network, api):
    miner, chute = network.miner(gpus=1), network.chute()
    launches = [api.launch(miner, chute) for _ in range(2)]
    answers = together([lambda launch=launch, port=port: launch.claim(miner.gpus, port=port)
                        for launch, port in zip(launches, (25000, 25010))])
    assert statuses(answers) == [200, 409]


def test_two_claims_for_one_host_and_port_are_200_and_409(network, api):
    miner, chute = network.miner(gpus=2), network.chute()
    launches = [api.launch(miner, chute) for _ in range(2)]
    answers = together([lambda launch=launch, gpu=gpu: launch.claim([gpu], port=26000)
                        for launch, gpu in zip(launches, miner.gpus)])
    assert statuses(answers) == [200, 409]


def test_of_16_verifications_the_first_decides_for_all(stack, network, api):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus).status == 200
    launch.solve()
    body = launch.answer_body()
    answers = together([lambda: launch.verify(body)] * 16)
    assert statuses(answers)[0] == 200
    assert {answer.status for answer in answers} <= {200, 400, 409}, "decided, or under way"
    assert statuses(answers).count(200) == 1


def test_a_wrong_and_a_right_answer_at_once_end_in_one_outcome(stack, network, api):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus).status == 200
    launch.solve()
    right, wrong = launch.answer_body(), launch.answer_body(plaintext="wrong")
    answers = together([lambda body=body: launch.verify(body) for body in (right, wrong) * 8])
    assert {answer.status for answer in answers} <= {200, 400, 403, 409}
    assert statuses(answers).count(200) + (403 in statuses(answers)) == 1


def test_of_16_uses_of_one_signature_one_has_an_effect(stack, network, api):
    miner, chute = network.miner(), network.chute()
    path = f"/instances/launch_config?chute_id={chute}"
    headers = network.sign(miner, "GET", path)
    answers = together([lambda: api.request("GET", path, headers=headers)] * 16)
    assert statuses(answers) == [200] + [401] * 15
    rows = stack.postgres.execute("select 1 from public.launch_configs where miner_hotkey = %s",
                                  (miner.hotkey,))
    assert len(rows) == 1


def test_16_activations_make_one_event(stack, network, api):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus).status == 200
    assert launch.verify().status == 200
    assert statuses(together([launch.activate] * 16)) == [200] * 16
    rows = stack.postgres.execute(
        "select 1 from rigger.events join rigger.placements on instance_id = payload->'data'->>'instance_id'"
        " where config_id = %s and reason = 'instance_activated'", (launch.config_id,))
    assert len(rows) == 1
