"""An instance of an old SDK with its pod, in a stack whose validator can sign and asks
without long pauses."""


from .chance import chance
from .client import Api
from .old_pod import OldPod

VALIDATOR_SEED = "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"
VALIDATOR = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"


def settings_of(stub):
    """What changes the settings of a stack; stub: its GraVal service."""
    def change(settings):
        settings["launch"].update(validator_ss58=VALIDATOR, validator_seed=VALIDATOR_SEED)
        settings["background"].update(verify_interval_ms=20, verify_retry_ms=20, verifiers=2)
        if stub is not None:
            settings["attestation"].update(proof_of_work="graval", graval_url=stub.url, graval_retry_ms=10)
    return change


DRAWN = chance("announced")


class Announced:
    """An instance of an old SDK with its pod, announced and made active."""

    def __init__(self, stack, pods, sdk="0.2.20", cheat=None, troubles=(), change=None, gpu_count=2,
                 devices_say=None, seed=None, miner=None):
        """miner: one who has other instances; None: a new one."""
        self.stack, self.api = stack, Api(stack)
        host = stack.network.loopback()
        miner = miner or stack.network.miner()
        own = [gpu for gpu, _ in stack.network.gpus(miner, gpu_count, "h100_sxm", host)]
        seed = seed or DRAWN.randrange(1, 2**64)
        stack.postgres.execute("update public.nodes set seed = %s where uuid = any(%s)", (seed, own))
        chute = stack.network.chute(chutes_version=sdk, gpu_count=gpu_count)
        code = "import chutes\n" + f"# {DRAWN.random()}\n" * DRAWN.randrange(0, 9)
        stack.postgres.execute("update public.chutes set code = %s where chute_id = %s", (code, chute))
        files = {"/app/app.py": code.encode(), "/proc/1/cmdline": "\0".join(
            ["/usr/bin/python3.12", "/usr/local/bin/chutes", "run", "app:chute", "--port",
             "8000", "--graval-seed", str(seed), "--miner-ss58", miner.hotkey, "--validator-ss58",
             VALIDATOR, ""]).encode()}
        image = stack.postgres.execute("select image_id from public.chutes where chute_id = %s",
                                       (chute,))[0]["image_id"]
        self.image_files(image, files)
        if change is not None:
            change(files)
        gpus = sorted(own)
        by_index = stack.postgres.execute(
            "select uuid from public.nodes where uuid = any(%s) order by device_index", (gpus,))
        self.pod = OldPod(sdk, miner.hotkey, VALIDATOR, files, [row["uuid"] for row in by_index], host)
        self.pod.cheat = cheat
        self.pod.devices_say = devices_say or self.pod.devices_say
        self.pod.troubles.extend(troubles)
        pods.append(self.pod)
        made = self.api.signed(miner, "POST", f"/instances/{chute}/",
                               {"node_ids": gpus, "host": host, "port": self.pod.port})
        assert made.status == 202, made
        self.instance = made.json["instance_id"]
        row = stack.postgres.execute("select symmetric_key from public.instances where instance_id = %s",
                                     (self.instance,))
        self.key = row[0]["symmetric_key"]
        self.path, self.miner = f"/instances/{chute}/{self.instance}", miner
        self.activate()

    def image_files(self, image, files):
        """Challenges about files of the image, which the pod has."""
        for number in range(3):
            files[f"/usr/lib/file{number}"] = DRAWN.randbytes(100)
            self.stack.postgres.execute(
                "insert into public.fs_challenges (challenge_id, image_id, challenge_type, filename,"
                " \"offset\", length, expected)"
                " values (gen_random_uuid(), %s, 'workdir', %s, 10, 50, encode(sha256(%s), 'hex'))",
                (image, f"/usr/lib/file{number}", files[f"/usr/lib/file{number}"][10:60]))

    def activate(self):
        """PATCH, which queues the verification."""
        answer = self.api.signed(self.miner, "PATCH", self.path, {"active": True})
        assert answer.status == 200, answer

    def verdict(self):
        """(state, failure) of the newest verification, once there is one."""
        row = self.stack.postgres.wait_for_row(
            "select v.state, r.public_text as failure, i.verified, i.verification_error"
            " from rigger.verifications v"
            " left join rigger.refusals r on r.code = v.failure"
            " join public.instances i using (instance_id) where instance_id = %s"
            " and v.state in ('passed', 'failed')"
            " and v.verification_id = (select max(verification_id) from rigger.verifications"
            " where instance_id = %s)",
            (self.instance, self.instance))
        assert row["verified"] is (row["state"] == "passed") and row["verification_error"] == row["failure"]
        return row["state"], row["failure"]

    def reasons(self):
        """What was announced."""
        return [row["reason"] for row in self.stack.postgres.execute(
            "select reason from rigger.v_events where instance_id = %s order by event_id", (self.instance,))]
