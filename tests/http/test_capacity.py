"""Every branch of the capacity rule over HTTP, at the token and at the claim, and under races."""

import json
import uuid

import pytest

from harness.client import Launch
from harness.jobs import job_of, row_of
from harness.together import statuses, together


class Chute:
    """A chute with instances that only count, and perhaps a rolling update."""

    def __init__(self, stack, target, hot_mine=0, cold_mine=0, hot_others=0, permitted=None, mine=None):
        self.stack, self.me = stack, mine or stack.network.miner(gpus=2)
        self.id = stack.network.chute(target=target)
        for miner, count, hot in ((self.me, hot_mine, True), (self.me, cold_mine, False),
                                  (stack.network.miner(), hot_others, True)):
            self.instances(miner, count, hot)
        if permitted is not None:
            self.roll(permitted)

    def instances(self, miner, count, hot):
        """So many more."""
        for _ in range(count):
            self.stack.postgres.execute(
                "insert into public.instances (instance_id, host, port, chute_id, version, miner_uid,"
                " miner_hotkey, miner_coldkey, active,"
                " verified) values (gen_random_uuid(), %s, 1, %s, 'v', 7, %s, 'c', %s, %s)",
                (str(uuid.uuid4()), self.id, miner.hotkey, hot, hot))

    def roll(self, permitted):
        """A rolling update; "me" and "other" stand for hotkeys."""
        permitted = {self.me.hotkey if name == "me" else name: quota for name, quota in permitted.items()}
        self.stack.postgres.execute(
            "insert into public.rolling_updates (chute_id, old_version, new_version, started_at, permitted)"
            " values (%s, '1', '2', now(), %s)", (self.id, json.dumps(permitted)))

    def quota(self, miner=None):
        """What is left of a hotkey's."""
        rows = self.stack.postgres.execute("select permitted from public.rolling_updates where chute_id = %s",
                                           (self.id,))
        return rows[0]["permitted"].get((miner or self.me).hotkey)


# target, mine hot, mine cold, others' hot, permitted: what the rule says
BRANCHES = {
    "no_hot_instance_and_none_at_all": (0, 0, 0, 0, None, 200),
    "no_hot_instance_at_target_and_two": (1, 0, 3, 0, None, 200),
    "no_hot_instance_at_target_and_three": (1, 0, 4, 0, None, 423),
    "no_log_counts_the_total_without_a_hot_one": (None, 0, 3, 0, None, 200),
    "no_log_counts_the_total_with_a_hot_one": (None, 1, 0, 0, None, 423),
    "rolling_quota_left": (3, 0, 0, 3, {"me": 1}, 200),
    "rolling_quota_left_above_target": (3, 0, 0, 5, {"me": 2}, 200),
    "rolling_quota_used_up": (3, 0, 0, 3, {"me": 0}, 423),
    "rolling_quota_used_up_two_below_target": (3, 0, 0, 1, {"me": 0, "other": 1}, 423),
    "rolling_quota_missing": (3, 0, 0, 3, {"other": 5}, 423),
    "rolling_open_to_all": (3, 0, 0, 3, {}, 200),
    "rolling_three_below_target_is_no_matter": (4, 0, 0, 1, {"other": 1}, 200),
    "rolling_without_a_hot_instance_is_no_matter": (3, 0, 1, 0, {"other": 1}, 200),
    "target_reached": (3, 0, 0, 3, None, 423),
    "target_passed": (3, 0, 0, 4, None, 423),
    "last_place_and_all_mine": (3, 2, 0, 0, None, 423),
    "last_place_and_not_all_mine": (3, 1, 0, 1, None, 200),
    "two_places_and_all_mine": (3, 1, 0, 0, None, 200),
    "instances_that_are_not_hot_count": (3, 1, 1, 1, None, 423),
}


@pytest.mark.parametrize("branch", BRANCHES)
def test_at_the_token(stack, api, branch):
    *setup, wanted = BRANCHES[branch]
    chute = Chute(stack, *setup)
    assert api.token(chute.me, chute.id).status == wanted


@pytest.mark.parametrize("branch", [name for name in BRANCHES if not name.startswith("no_log")])
def test_at_the_claim(stack, api, branch):
    """The token is from before; a refusal leaves it good."""
    target, *setup, permitted, wanted = BRANCHES[branch]
    chute = Chute(stack, 100)
    launch = api.launch(chute.me, chute.id)
    others = stack.network.miner()
    for miner, count, hot in zip((chute.me, chute.me, others), setup, (True, False, True)):
        chute.instances(miner, count, hot)
    stack.network.target(chute.id, target)
    if permitted is not None:
        chute.roll(permitted)
    before = chute.quota() if permitted else None
    assert launch.claim(chute.me.gpus[:1]).status == wanted
    if permitted:
        assert chute.quota() == (before - 1 if branch.startswith("rolling_quota_left") else before)
    if wanted == 423:
        stack.network.target(chute.id, 100)
        stack.postgres.execute("delete from public.rolling_updates where chute_id = %s", (chute.id,))
        assert launch.claim(chute.me.gpus[:1]).status == 200


def test_a_quota_is_taken_at_the_claim_and_not_at_the_token(stack, api):
    chute = Chute(stack, 3, hot_others=3, permitted={"me": 2})
    launches = [api.launch(chute.me, chute.id) for _ in range(3)]
    assert chute.quota() == 2
    assert launches[0].claim(chute.me.gpus[:1], port=30000).status == 200
    assert chute.quota() == 1
    assert launches[1].claim(chute.me.gpus[1:], port=30010).status == 200
    assert chute.quota() == 0
    assert launches[2].claim(chute.me.gpus[1:], port=30020).status == 423


def test_a_quota_stays_taken_when_the_instance_goes(stack, api):
    """An instance that fails has had its chance."""
    chute = Chute(stack, 3, hot_others=3, permitted={"me": 1})
    launch = api.launch(chute.me, chute.id)
    assert launch.claim(chute.me.gpus[:1]).status == 200
    assert launch.verify({"response": "", "iv": "00" * 16, "proof": {}}).status == 403
    assert chute.quota() == 0 and api.token(chute.me, chute.id).status == 423


def test_a_claim_that_fails_takes_no_quota(stack, api):
    chute = Chute(stack, 3, hot_others=3, permitted={"me": 1})
    launch = api.launch(chute.me, chute.id)
    assert launch.claim([("nothing", chute.me.gpus[0][1])]).status == 404
    assert chute.quota() == 1


def test_racing_claims_take_a_quota_once(stack, api):
    me = stack.network.miner(gpus=12)
    chute = Chute(stack, 3, hot_others=3, permitted={"me": 4}, mine=me)
    launches = [api.launch(me, chute.id) for _ in me.gpus]
    answers = together([lambda launch=launch, gpu=gpu, port=port: launch.claim([gpu], port=port)
                        for launch, gpu, port in zip(launches, me.gpus, range(30000, 30024, 2))])
    assert statuses(answers) == [200] * 4 + [423] * 8
    assert chute.quota() == 0


def test_racing_claims_of_many_miners_take_their_own_quotas(stack, api):
    miners = [stack.network.miner(gpus=3) for _ in range(6)]
    chute = Chute(stack, 3, hot_others=3,
                  permitted={miner.hotkey: number % 3 for number, miner in enumerate(miners)})
    launches = [(api.launch(miner, chute.id), gpu, port) for number, miner in enumerate(miners) if number % 3
                for gpu, port in zip(miner.gpus, range(30000, 30006, 2))]
    answers = together([lambda launch=launch, gpu=gpu, port=port: launch.claim([gpu], port=port)
                        for launch, gpu, port in launches])
    assert statuses(answers) == [200] * 6 + [423] * 6
    assert {chute.quota(miner) for miner in miners} == {0}


@pytest.mark.parametrize("hot, target, wins", [(0, 2, 5), (2, 5, 3), (1, 4, 3)])
def test_racing_claims_take_the_places_there_are(stack, api, hot, target, wins):
    """Without a hot instance target + 3; else up to the target, the last place to
    another than who has all the others."""
    chute = Chute(stack, 100, hot_others=hot)
    miners = [stack.network.miner(gpus=1) for _ in range(12)]
    launches = [api.launch(miner, chute.id) for miner in miners]
    stack.network.target(chute.id, target)
    answers = together([lambda launch=launch, miner=miner: launch.claim(miner.gpus)
                        for launch, miner in zip(launches, miners)])
    assert statuses(answers) == [200] * wins + [423] * (12 - wins)
    later = [launch for launch, answer in zip(launches, answers) if answer.status == 423][0]
    stack.network.target(chute.id, 100)
    assert later.claim(miners[launches.index(later)].gpus).status == 200


def test_racing_claims_and_deletions_never_pass_the_target(stack, api):
    miners = [stack.network.miner(gpus=1) for _ in range(8)]
    chute = Chute(stack, 4, hot_others=1)

    def claim_and_delete(miner):
        outcomes = []
        for _ in range(4):
            answer = api.token(miner, chute.id)
            if answer.status == 200:
                answer = Launch(api, answer.json).claim(miner.gpus)
            outcomes.append(answer.status)
            (row, *_) = stack.postgres.execute(
                "select min(instance_id) as id from public.instances where miner_hotkey = %s",
                (miner.hotkey,))
            if row["id"]:
                assert api.delete(miner, chute.id, row["id"]).status == 200
        return outcomes

    outcomes = [status for each in together([lambda miner=miner: claim_and_delete(miner) for miner in miners])
                for status in each]
    assert set(outcomes) <= {200, 423} and outcomes.count(200) >= 4
    taken = stack.postgres.execute(
        "select max(instances_before) as most from rigger.placements where chute_id = %s", (chute.id,))
    assert taken[0]["most"] <= 3


class TestJobs:
    """Many miners for one job."""

    @pytest.fixture
    def chute(self, network):
        """A chute with a job without ports."""
        return network.chute(jobs=[{"name": "train", "ports": [], "timeout": 3600}])

    def test_fifteen_hotkeys_may_race_and_no_more(self, stack, api, chute):
        job = job_of(stack, chute)
        miners = [stack.network.miner() for _ in range(20)]
        answers = together([lambda miner=miner: api.token(miner, chute, job) for miner in miners])
        assert statuses(answers) == [200] * 15 + [423] * 5
        assert len(row_of(stack, job)["miner_history"]) == 15
        joined = [miner for miner, answer in zip(miners, answers) if answer.status == 200]
        assert {api.token(miner, chute, job).status for miner in joined} == {403}, "one try each"

    def test_one_of_fifteen_gets_it_and_stays(self, stack, api, chute):
        job = job_of(stack, chute)
        miners = [stack.network.miner(gpus=1, host="127.0.0.1") for _ in range(15)]
        launches = [Launch(api, api.token(miner, chute, job).json) for miner in miners]
        answers = together([lambda launch=launch, miner=miner, port=port: launch.claim(
            miner.gpus, port_mappings=[{"internal_port": 8000, "external_port": port, "proto": "tcp"}])
            for launch, miner, port in zip(launches, miners, range(40000, 40015))])
        assert statuses(answers) == [200] + [409] * 14
        winner = [answer.status for answer in answers].index(200)
        assert row_of(stack, job)["miner_hotkey"] == miners[winner].hotkey
        assert launches[winner].verify().status == 200
        assert row_of(stack, job)["status"] == "running"
        losers = stack.postgres.execute(
            "select count(*) from public.launch_configs where job_id = %s and failed_at is not null",
            (job,))
        assert losers[0]["count"] == 14

    def test_a_winner_that_fails_leaves_the_job_to_the_next(self, stack, api, chute):
        job = job_of(stack, chute)
        miners = [stack.network.miner(gpus=1, host="127.0.0.1") for _ in range(2)]
        launches = [Launch(api, api.token(miner, chute, job).json) for miner in miners]
        ports = [[{"internal_port": 8000, "external_port": port, "proto": "tcp"}] for port in (41000, 41001)]
        assert launches[0].claim(miners[0].gpus, port_mappings=ports[0]).status == 200
        assert launches[0].verify({"response": "", "iv": "00" * 16, "proof": {}}).status == 403
        assert row_of(stack, job)["miner_hotkey"] is None
        assert launches[1].claim(miners[1].gpus, port_mappings=ports[1]).status == 200
        assert launches[1].verify().status == 200
