"""The network's own SDK, `chutes` from PyPI, against a whole stack: each test is a life that its code leads.

Run by ./dev interop, which installs the versions below. The pod is harness/sdk_pod.py; what is played in
it says harness/sdk_stage/sitecustomize.py. Versions: the newest of each range in which the SDK does
another thing (sql/functions/sdk_features.sql, and what the SDK itself changed in between).

    0.1.58   the last without a key: bodies under GraVal, pieces of files
    0.2.13   the last with plain paths
    0.2.19   the last that shows pieces of files alone
    0.2.55   the last that is announced and activated by its miner
    0.3.0    the digest of the filesystem comes with the proof; activated by the first probe of /_alive
    0.3.30   the digest comes with the claim (since 0.3.1); the SDK activates itself, ten tries
    0.3.45   the network guard
    0.3.60   the guard is asked to prove itself; the inspection of the SDK's own code

What cannot be had is GraVal's work on a GPU: 0.0.6 links CUDA, 0.2.6 needs OpenCL and gigabytes of a GPU.
So the GPU library is played in the pod; what of it runs on a CPU has test_graval_on_cpu.py, the shapes of
what it makes test_graval_package.py. The miner's control plane is no package either; its requests are
ours, signed by the miner's own code, chutes-miner-cli (harness/miner_cli.py).
"""

import itertools
import os
import shutil
import tempfile
import urllib.parse

import pytest

from harness import sdk_pod
from harness.announced import VALIDATOR, settings_of
from harness.client import Api
from harness.graval_stub import Stub
from harness.jobs import JOBS, job_of, row_of
from harness.miner_cli import MinerCli
from harness.stack import Stack

# Ports that a miner publishes.
PORTS = itertools.count(31000, 10)
# A file that both sides have.
FILE = "/usr/bin/env"
DIGEST = os.path.join(sdk_pod.STAGE, "cfsv.sh")


@pytest.fixture(scope="module")
def graval():
    """A GraVal service."""
    service = Stub()
    yield service
    service.close()


@pytest.fixture(scope="module")
def stack(graval):
    """A stack that asks it, and that demands the filesystem's digest."""
    def change(settings):
        settings_of(graval)(settings)
        settings["attestation"].update(
            filesystem="command",
            filesystem_command=f"{DIGEST} challenge / {{salt}} full {{image_id}} {{exclude}}")
    with Stack(change) as running:
        yield running


class Life:
    """A chute, its miner with as many GPUs, and a directory for the pod."""

    def __init__(self, stack, sdk, host=None, gpu_count=1, **chute):
        self.stack, self.sdk, self.host = stack, sdk, host or stack.network.loopback()
        self.api, self.miner = Api(stack), stack.network.miner(gpus=gpu_count, host=self.host)
        self.chute = stack.network.chute(chutes_version=sdk, gpu_count=gpu_count, **chute)
        stack.postgres.execute("update public.chutes set code = %s where chute_id = %s",
                               (sdk_pod.CODE, self.chute))
        self.directory = tempfile.mkdtemp(prefix="rigger-pod-")
        self.gpus = [gpu for gpu, _ in self.miner.gpus]
        self.cli = MinerCli(self.directory, self.api, self.miner)
        self.hotkeys = ["--miner-ss58", self.miner.hotkey, "--validator-ss58", VALIDATOR]

    def launched(self, job=None, graval="0.2.6", **variables):
        """A pod with a token, of SDKs since 0.3.0."""
        query = {"chute_id": self.chute, **({"job_id": job} if job else {})}
        answer = self.cli.request("GET", "/instances/launch_config?" + urllib.parse.urlencode(query),
                                  purpose="launch")
        assert answer.status == 200, answer
        return sdk_pod.SdkPod(
            self.directory, self.sdk, graval, self.gpus, self.hotkeys,
            {"CHUTES_LAUNCH_JWT": answer.json["token"], "CHUTES_EXTERNAL_HOST": self.host,
             "CHUTES_PORT_PRIMARY": "31000", "CHUTES_PORT_LOGGING": "31001",
             "SSL_CERT_FILE": self.stack.nginx.certificate, **variables})

    def announced(self, graval="0.0.6"):
        """A pod of SDKs before 0.3.0, whose miner will announce it."""
        seed = 4711
        self.stack.postgres.execute("update public.nodes set seed = %s where miner_hotkey = %s",
                                    (seed, self.miner.hotkey))
        with open(FILE, "rb") as file:
            self.stack.postgres.execute(
                "insert into public.fs_challenges (challenge_id, image_id, challenge_type, filename,"
                " \"offset\", length, expected) select gen_random_uuid(), image_id, 'workdir', %s, 10, 50,"
                " encode(sha256(%s), 'hex') from public.chutes where chute_id = %s",
                (FILE, file.read()[10:60], self.chute))
        return sdk_pod.SdkPod(self.directory, self.sdk, graval, self.gpus,
                              ["--graval-seed", str(seed), *self.hotkeys])

    def announce(self):
        """The miner's two requests."""
        made = self.cli.request("POST", f"/instances/{self.chute}/", {
            "node_ids": [gpu for gpu, _ in self.miner.gpus], "host": self.host, "port": sdk_pod.PORT})
        assert made.status == 202, made
        path = f"/instances/{self.chute}/{made.json['instance_id']}"
        assert self.cli.request("PATCH", path, {"active": True}).status == 200

    def delete(self):
        """The end."""
        gone = self.cli.request("DELETE", f"/instances/{self.chute}/{self.instance()['instance_id']}",
                                purpose="instances")
        assert gone.status == 200, gone

    def verdict(self):
        """(state, failure) of the verification, once there is one."""
        row = self.stack.postgres.wait_for_row(
            "select v.state, r.public_text as failure from rigger.verifications v"
            " left join rigger.refusals r on r.code = v.failure"
            " join public.instances i using (instance_id) where i.chute_id = %s"
            " and v.state in ('passed', 'failed')", (self.chute,))
        return row["state"], row["failure"]

    def instance(self):
        """The chute's one instance, with its launch config."""
        rows = self.stack.postgres.execute(
            "select * from public.instances left join (select config_id, verified_at as config_verified_at"
            " from public.launch_configs) l using (config_id) where chute_id = %s", (self.chute,))
        return rows[0] if rows else None

    def reasons(self):
        """What was announced of the instance."""
        return [row["reason"] for row in self.stack.postgres.execute(
            "select reason from rigger.v_events where instance_id = %s order by event_id",
            (self.instance()["instance_id"],))]


@pytest.fixture
def life(stack):
    """Makes lives; what they leave on the disk goes."""
    made = []

    def make(*arguments, **options):
        made.append(Life(stack, *arguments, **options))
        return made[-1]
    yield make
    for one in made:
        shutil.rmtree(one.directory)
    assert stack.postgres.query("select * from rigger.check_invariants()") == []


@pytest.mark.parametrize("sdk", ["0.3.0", "0.3.30", "0.3.45", "0.3.60"])
def test_the_sdk_claims_verifies_and_activates(life, sdk):
    one = life(sdk)
    with one.launched() as pod:
        pod.says("Successfully negotiated challenge response!")
        if sdk == "0.3.0":
            pod.says(f"Uvicorn running on http://0.0.0.0:{sdk_pod.PORT}")
            assert pod.probe("/_alive") == 200
        pod.says("activated")
        row = one.instance()
        assert row["active"] and row["verified"] and row["config_verified_at"] is not None
        assert row["chutes_version"] == sdk and row["host"] == one.host and row["port"] == 31000
        assert [m["external_port"] for m in row["port_mappings"]] == [31000, 31001]
        assert one.reasons() == ["instance_created", "instance_verified", "instance_hot",
                                 "instance_activated"]


def test_a_pod_that_is_started_again_uses_the_token_of_one_that_got_503(life, graval):
    one = life("0.3.30", gpu_count=2)
    pod = one.launched()
    graval.troubles[:] = [(500, "busy")] * 7
    with pod:
        pod.says("503, message='Service Unavailable'")
    assert one.instance() is None and graval.troubles == []
    with pod:
        pod.says("activated")
        row = one.instance()
        assert row["active"] and row["verified"]


@pytest.mark.parametrize("sdk", ["0.3.30", "0.3.60"])
def test_the_sdk_runs_a_job_whose_ports_are_probed(life, stack, sdk):
    # A job has to claim from the address that it names.
    one = life(sdk, "127.0.0.1", jobs=JOBS)
    job = job_of(stack, one.chute)
    with one.launched(job, CHUTES_PORT_TCP_9000="9000", CHUTES_PORT_UDP_9001="9001",
                      CHUTES_PORT_PRIMARY=str(next(PORTS))) as pod:
        pod.says("Successfully negotiated challenge response!")
        pod.says("TCP sent encrypted response on port 9000")
        pod.says("UDP sent encrypted response on port 9001")
        pod.says("the job got ['_disk_gb', 'output_dir', 'x']")
        pod.says("activated")
        row = one.instance()
        assert row["active"] and row["verified"]
        assert [(m["proto"].lower(), m["internal_port"]) for m in row["port_mappings"]] == [
            ("tcp", 8000), ("tcp", 8001), ("tcp", 9000), ("udp", 9001)]
        assert row_of(stack, job)["instance_id"] == row["instance_id"]
        assert row_of(stack, job)["started_at"] is not None


@pytest.mark.parametrize("sdk", ["0.1.58", "0.2.13", "0.2.19", "0.2.55"])
def test_an_old_sdk_answers_the_background_verification(life, graval, sdk):
    # Whoever asks from 127.0.0.1 is let in by these SDKs without a look at the request.
    one = life(sdk, "::1")
    with one.announced() as pod:
        pod.says("Uvicorn running")
        asked = len(graval.seen)
        one.announce()
        assert one.verdict() == ("passed", None), pod.log()
        assert ("/_exchange" in pod.log()) == (sdk != "0.1.58") and "401 Unauthorized" not in pod.log()
        row = one.instance()
        assert row["active"] and row["verified"] and row["verification_error"] is None
        assert [at for at, _ in graval.seen[asked:]].count("/verify_device_challenge") == 20
        assert one.reasons() == ["instance_created", "instance_activated", "instance_verified",
                                 "instance_hot"]
    one.delete()


def test_an_old_sdk_with_other_code_is_told_apart(life):
    one = life("0.2.55", "::1")
    one.stack.postgres.execute("update public.chutes set code = code || '# more' where chute_id = %s",
                               (one.chute,))
    with one.announced() as pod:
        pod.says("Uvicorn running")
        one.announce()
        assert one.verdict()[0] == "failed"
        assert not one.instance()["verified"]
    one.delete()
