"""Jobs of a chute, and a pod that runs one: its launch, and the ports that the job declares."""

import json
import uuid

from .client import Launch
from .pod import Port

# As a chute declares them: an http port, which miners publish and announce as TCP, in capitals.
JOBS = [{"name": "train", "ports": [{"name": "ui", "port": 9000, "proto": "http"},
                                    {"name": "game", "port": 9001, "proto": "udp"}],
         "timeout": 3600, "upload": False, "ssh": False}]


def job_of(stack, chute, **columns):
    """A pending job; its id."""
    job = str(uuid.uuid4())
    row = {"job_id": job, "chute_id": chute, "method": "train",
           "job_args": json.dumps({"_disk_gb": 20, "x": 1}), "version": "1", "chutes_version": "0.3.5",
           "status": "pending", "miner_history": "[]", "compute_multiplier": 1, **columns}
    stack.postgres.execute(
        f"insert into public.jobs ({', '.join(row)}, user_id) select {', '.join(['%s'] * len(row))}, user_id"
        " from public.chutes where chute_id = %s", (*row.values(), chute))
    return job


def row_of(stack, job):
    """The job's row."""
    return stack.postgres.execute("select * from public.jobs where job_id = %s", (job,))[0]


class JobPod:
    """A pod that runs a job: its launch and its ports."""

    def __init__(self, api, miner, chute, job, lies=(None, None)):
        self.api, self.miner = api, miner
        answer = api.token(miner, chute, job)
        assert answer.status == 200, answer
        self.launch = Launch(api, answer.json)
        self.ports = [Port("TCP", 9000, lies[0]), Port("UDP", 9001, lies[1])]

    def claim(self, mappings=None, port=27000):
        """POST with the job's ports."""
        own = [{"internal_port": 8000, "external_port": port, "proto": "tcp"}]
        return self.launch.claim(self.miner.gpus, port_mappings=own + (
            mappings if mappings is not None else [port.mapping() for port in self.ports]))

    def verify(self):
        """PUT, the ports answering under the key that was found."""
        self.launch.solve()
        for port in self.ports:
            port.key = self.launch.key
        return self.launch.verify(self.launch.answer_body())

    def close(self):
        """Closes the ports."""
        for port in self.ports:
            port.close()
