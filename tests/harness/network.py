"""A small Chutes network in the database: accounts, images, chutes, miners with GPUs, capacity targets."""

import json
import os
import subprocess
import uuid

from .processes import run

NETUID = 64
CODE = "import chutes\nchute = 1\n"


class Miner:
    """A registered miner: its signing seed (hex), hotkey (SS58) and GPUs."""

    def __init__(self, seed, hotkey):
        self.seed = seed
        self.hotkey = hotkey
        self.gpus = []


class Network:
    """Makes rows; every maker returns the new id."""

    def __init__(self, postgres, build):
        self.postgres = postgres
        self.riggerctl = os.path.join(build, "riggerctl")
        self.hosts = 0

    def _insert(self, table, **columns):
        names = ", ".join(columns)
        marks = ", ".join(["%s"] * len(columns))
        values = [json.dumps(value) if isinstance(value, (dict, list)) else value
                  for value in columns.values()]
        self.postgres.query(f"insert into public.{table} ({names}) values ({marks})", values)

    def keygen(self):
        """A new key: (seed in hex, hotkey)."""
        key = json.loads(run([self.riggerctl, "keygen", "--json"]))
        return key["seed"], key["ss58"]

    def user(self):
        """An account."""
        user_id = str(uuid.uuid4())
        self._insert("users", user_id=user_id, username=f"user-{user_id[:8]}", coldkey="cold",
                     fingerprint_hash=uuid.uuid4().hex, permissions_bitmask=0, balance=0)
        return user_id

    def image(self, user_id):
        """An image of that account."""
        image_id = str(uuid.uuid4())
        self._insert("images", image_id=image_id, user_id=user_id, name="llm", tag="1.0",
                     patch_version="initial", chutes_version="0.3.5", public=True, status="built and pushed")
        return image_id

    def chute(self, gpu_count=1, target=10, chutes_version="0.3.5", jobs=None, **node_selector):
        """A public chute with a capacity target (None: none)."""
        user_id = self.user()
        chute_id = str(uuid.uuid4())
        self._insert("chutes", chute_id=chute_id, user_id=user_id, name=f"chute-{chute_id[:8]}",
                     image_id=self.image(user_id), public=True, cords=[], jobs=jobs or [],
                     node_selector={"gpu_count": gpu_count, **node_selector}, slug=f"slug-{chute_id}",
                     code=CODE, filename="app.py", ref_str="app:chute",
                     version=str(uuid.uuid4()), chutes_version=chutes_version, concurrency=1)
        if target is not None:
            self.target(chute_id, target)
        return chute_id

    def target(self, chute_id, count):
        """Sets how many instances the chute should have."""
        self.postgres.query(
            "insert into public.capacity_log (chute_id, timestamp, target_count)"
            " values (%s, clock_timestamp() at time zone 'utc', %s)", (chute_id, count))

    def miner(self, gpus=0, model="h100_sxm", host=None, blacklisted=None, netuid=NETUID):
        """A registered miner with verified GPUs, all on one host."""
        miner = Miner(*self.keygen())
        self._insert("metagraph_nodes", hotkey=miner.hotkey, coldkey=f"cold-{miner.hotkey[:12]}", node_id=7,
                     netuid=netuid, blacklist_reason=blacklisted, checksum="x")
        if gpus:
            self.gpus(miner, gpus, model, host or self.host())
        return miner

    def host(self):
        """An address nobody else has."""
        self.hosts += 1
        return f"10.{self.hosts >> 16 & 255}.{self.hosts >> 8 & 255}.{self.hosts & 255}"

    def loopback(self):
        """An address of this machine nobody else has: whatever port the kernel gives
        there, the place is a new one."""
        self.hosts += 1
        return f"127.{1 + (self.hosts >> 16 & 127)}.{self.hosts >> 8 & 255}.{self.hosts & 255}"

    def gpus(self, miner, count, model, host, verified=True):
        """Gives the miner GPUs on a host; their uuids go to miner.gpus as (uuid, host)."""
        added = []
        for index in range(count):
            gpu = uuid.uuid4().hex
            self._insert("nodes", uuid=gpu, name=f"NVIDIA {model}", memory=85899345920, major=9, minor=0,
                         processors=132, sxm=True, clock_rate=1980000.0, max_threads_per_processor=2048,
                         concurrent_kernels=True, ecc=True, seed=1, miner_hotkey=miner.hotkey,
                         gpu_identifier=model, device_index=index, server_id=f"server-{host}",
                         verification_host=host, verification_port=9000)
            added.append((gpu, host))
        self.postgres.query(
            "update public.nodes set verified_at = case when %s then now() end where uuid = any(%s)",
              (verified, [gpu for gpu, _ in added]))
        miner.gpus.extend(added)
        return added

    def sign(self, miner, method, path, body=b"", count=1):
        """Headers of a request signed by the miner; a list of them where count is more than one."""
        command = [self.riggerctl, "sign", method, path, "--json", "--count", str(count)]
        if body:
            command += ["--body", "-"]
        done = subprocess.run(command, input=body, capture_output=True, check=True,
                              env={**os.environ, "RIGGER_SEED": miner.seed})
        signed = [json.loads(line) for line in done.stdout.splitlines()]
        return signed[0] if count == 1 else signed
