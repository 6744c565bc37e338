"""Pods with jobs, among them some that hold up whoever asks them: their TCP port is silent, trickles, or
lies."""

from .jobs import JOBS, JobPod, job_of

LIES = ("silent", "trickle", "key")


class Pods:
    """Makes them, each of a miner of its own."""

    def __init__(self, stack, api):
        self.stack, self.api = stack, api
        self.chute = stack.network.chute(target=1000, jobs=JOBS)
        self.made = []

    def issued(self, lie=None):
        """One whose token is there; lie: of its TCP port."""
        miner = self.stack.network.miner(gpus=1, host="127.0.0.1")
        pod = JobPod(self.api, miner, self.chute, job_of(self.stack, self.chute), lies=(lie, None))
        # The kernel gives its ports from 32768 on.
        pod.service = 10000 + 2 * len(self.made)
        self.made.append(pod)
        return pod

    @staticmethod
    def claim(pod):
        """The claim's answer."""
        return pod.claim(port=pod.service)

    @staticmethod
    def solve(pod):
        """The body of the answer to its challenge; its ports answer from now on."""
        pod.launch.solve()
        for port in pod.ports:
            port.key = pod.launch.key
        return pod.launch.answer_body()

    def close(self):
        """Closes all their ports."""
        for pod in self.made:
            pod.close()
