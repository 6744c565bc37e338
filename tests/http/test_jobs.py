"""Jobs, from their token to their end."""

import base64
import concurrent.futures
import hashlib
import hmac
import uuid

import pytest

from harness.client import Api
from harness.jobs import JOBS, JobPod, job_of, row_of
from harness.tokens import payload_of


@pytest.fixture
def chute(network):
    """A chute with a job that declares a TCP and a UDP port."""
    return network.chute(jobs=JOBS)


@pytest.fixture
def miner(network):
    """A miner whose host is where the test client calls from."""
    return network.miner(gpus=1, host="127.0.0.1")


@pytest.fixture
def pod(stack, api, miner, chute):
    """An honest pod before its claim; pod.job is its job."""
    job = job_of(stack, chute)
    made = JobPod(api, miner, chute, job)
    made.job, made.chute = job, chute
    yield made
    made.close()


def test_a_job_runs_from_token_to_delete(stack, api, miner, pod):
    payload = payload_of(pod.launch.token)
    assert payload["job_id"] == pod.job and payload["disk_gb"] == 20
    claimed = pod.claim()
    assert claimed.status == 200 and claimed.json["job_id"] == pod.job
    assert row_of(stack, pod.job)["miner_hotkey"] == miner.hotkey
    verified = pod.verify()
    assert verified.status == 200
    assert verified.json["job_id"] == pod.job and verified.json["job_method"] == "train"
    assert verified.json["job_data"] == {"_disk_gb": 20, "x": 1}
    url, _, token = verified.json["job_status_url"].partition("?token=")
    assert url == f"{stack.nginx.url}/jobs/{pod.job}"
    assert set(payload_of(token)) == {"sub", "iat", "iss"} and payload_of(token)["sub"] == pod.job
    key = hashlib.sha256(stack.settings["launch"]["launch_secret"].encode()).hexdigest().encode()
    signed, _, signature = token.rpartition(".")
    assert signature \
        == base64.urlsafe_b64encode(hmac.digest(key, signed.encode(), "sha256")).rstrip(b"=").decode()
    assert row_of(stack, pod.job)["started_at"] is not None
    assert pod.launch.activate().status == 200
    assert api.delete(miner, pod.chute, verified.json["instance_id"]).status == 200
    ended = row_of(stack, pod.job)
    assert (ended["status"], ended["miner_terminated"]) == ("error", True) and ended["finished_at"]


LIES = [("key", None), ("port", None), ("close", None), (None, "key"), (None, "port"),
        ("silent", None), (None, "silent")]


@pytest.fixture(scope="module")
def lied(stack):
    """What becomes of pods whose ports lie: (answer of verify, the job's row) of each, all asked at once."""
    def run(lies):
        job_chute = stack.network.chute(jobs=JOBS)
        job = job_of(stack, job_chute)
        liar = JobPod(Api(stack), stack.network.miner(gpus=1, host="127.0.0.1"), job_chute, job, lies)
        try:
            claimed = liar.claim(port=27010 + 2 * LIES.index(lies))
            assert claimed.status == 200, claimed
            return liar.verify(), row_of(stack, job)
        finally:
            liar.close()

    with concurrent.futures.ThreadPoolExecutor(len(LIES)) as pool:
        return dict(zip(LIES, pool.map(run, LIES)))


@pytest.mark.parametrize("lies", LIES, ids=str)
def test_a_port_that_does_not_answer_right_is_403_and_the_job_is_free(lied, lies):
    answer, free = lied[lies]
    assert (answer.status, answer.detail) == (403, "Verification failed")
    assert free["miner_hotkey"] is None and free["instance_id"] is None and free["finished_at"] is None


@pytest.mark.parametrize("ports", [[], [9000], [9000, 9002], [9000, 9001, 9002]], ids=str)
def test_ports_other_than_the_declared_ones_are_403_and_the_end(pod, ports):
    mappings = [{"internal_port": port, "external_port": 20000 + port,
                 "proto": "udp" if port == 9001 else "tcp"}
                for port in ports]
    assert pod.claim(mappings).status == 403
    assert pod.claim().status == 401


@pytest.mark.parametrize("host_port, definition", [
    (27040, {}), (27041, {"ports": None}), (27042, {"ports": []})], ids=str)
def test_a_job_without_ports_needs_none(stack, network, api, miner, host_port, definition):
    definition = {"name": "train", **definition}
    chute = network.chute(jobs=[definition])
    pod = JobPod(api, miner, chute, job_of(stack, chute))
    try:
        assert pod.claim([], host_port).status == 200
    finally:
        pod.close()


def test_a_chute_that_describes_its_job_wrongly_is_409_and_the_log_says_so(stack, network, api, miner):
    chute = network.chute(jobs=[{"name": "train", "ports": "9000/tcp"}])
    answer = api.token(miner, chute, job_of(stack, chute))
    assert answer.status == 409 and f"jobs[0].ports of chute {chute}" in answer.detail
    stack.responder.wait_for_log(
        f"a row that others wrote cannot be used: jobs[0].ports of chute {chute}")


def test_a_miner_that_gives_a_job_up_before_it_has_started_ends_it(stack, api, miner, pod):
    assert pod.claim(port=27044).status == 200
    instance = stack.postgres.execute("select instance_id from public.instances where miner_hotkey = %s",
                                      (miner.hotkey,))[0]["instance_id"]
    assert api.delete(miner, pod.chute, instance).status == 200
    ended = row_of(stack, pod.job)
    assert (ended["status"], ended["error_detail"], ended["miner_terminated"]) \
        == ("error", "miner initialized", True)
    assert ended["finished_at"] and not ended["started_at"]
    assert pod.verify().status == 404
    assert api.token(stack.network.miner(), pod.chute, pod.job).status == 409


def test_a_job_is_claimed_from_the_host_it_runs_on(stack, network, api, chute):
    elsewhere = network.miner(gpus=1)
    pod = JobPod(api, elsewhere, chute, job_of(stack, chute))
    try:
        assert pod.claim().status == 400
    finally:
        pod.close()


def test_the_second_claimant_gets_409_and_the_winner_keeps_the_job(stack, network, api, miner, chute, pod):
    rival = network.miner(gpus=1, host="127.0.0.1")
    late = JobPod(api, rival, chute, pod.job)
    try:
        assert pod.claim().status == 200
        before = row_of(stack, pod.job)
        own = [{"internal_port": 8000, "external_port": 27002, "proto": "tcp"}]
        assert late.launch.claim(rival.gpus,
                                 port_mappings=own + [port.mapping() for port in late.ports]).status == 409
        assert row_of(stack, pod.job) == before
        assert pod.verify().status == 200
    finally:
        late.close()


def test_the_race_for_a_job(stack, network, api, chute):
    assert api.token(network.miner(), chute, str(uuid.uuid4())).status == 404
    finished = job_of(stack, chute, finished_at="2026-01-01")
    assert api.token(network.miner(), chute, finished).status == 409
    job = job_of(stack, chute)
    miner = network.miner()
    assert api.token(miner, chute, job).status == 200
    assert api.token(miner, chute, job).status == 403, "once per hotkey"
    assert row_of(stack, job)["miner_history"] == [miner.hotkey]


def test_the_job_of_another_chute_is_404(stack, network, api, chute):
    assert api.token(network.miner(), network.chute(), job_of(stack, chute)).status == 404
