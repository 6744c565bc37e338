"""How others fare while claims wait for GraVal: ./dev bench --waiting.

One responder, eight slow workers. Sixteen claims wait for a GraVal that gives no answer while the others are
measured, one request at a time: tokens, verifications of launches whose proof of work is matmul, activations.
In turn without and with the sixteen, three times; the ratios are those of the medians over the rounds.
"""

import concurrent.futures
import statistics
import sys
import time

from harness.client import Api
from harness.graval_stub import Stub
from harness.processes import wait_for
from harness.samples import Samples
from harness.stack import Stack

WAITING = 16
ROUNDS = 3
REQUESTS = 60


def percentile(times, part):
    """In milliseconds."""
    return 1000 * sorted(times)[min(len(times) - 1, int(part * len(times)))]


def private_kib(pids):
    """What the processes have that no other shares."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
            total += sum(int(line.split()[1]) for line in rollup if line.startswith("Private_"))
    return total


def timed(call):
    """Seconds that a request took that has to be 200."""
    began = time.monotonic()
    answer = call()
    assert answer.status == 200, answer
    return time.monotonic() - began


class Bench:
    """A responder whose verifications are matmul's and whose claims are GraVal's."""

    def __init__(self, stack, stub):
        self.stack, self.stub = stack, stub
        self.api = Api(stack)
        self.chute = stack.network.chute(target=10000)
        self.ready = []

    def prepare(self):
        """Solved challenges of matmul; then GraVal is the provider."""
        self.stack.postgres.execute(
            "update rigger.limits set value = 100 where name = 'challenge.time_factor'")
        for index in range(2 * ROUNDS * REQUESTS):
            miner = self.stack.network.miner(gpus=1)
            launch = self.api.launch(miner, self.chute)
            assert launch.claim(miner.gpus, port=10000 + 2 * index).status == 200
            launch.solve()
            self.ready.append((launch, launch.answer_body(), miner))
        self.stack.settings["attestation"].update(proof_of_work="graval", graval_url=self.stub.url)
        self.stack.responder.renew()

    def measure(self):
        """{what: seconds each}."""
        times = {"GET launch_config": [], "PUT, matmul": [], "GET activate": []}
        for _ in range(REQUESTS):
            launch, body, miner = self.ready.pop()
            times["GET launch_config"].append(timed(lambda: self.api.token(miner, self.chute)))
            times["PUT, matmul"].append(timed(lambda: launch.verify(body)))
            times["GET activate"].append(timed(launch.activate))
        return times

    def waiting(self):
        """How many are beside the pool."""
        return Samples(self.api)("rigger_workers_waiting", pool="slow")

    def measure_while_others_wait(self, threads):
        """The same, and the private memory of one that waits, in KiB."""
        miners = [self.stack.network.miner(gpus=1) for _ in range(WAITING)]
        launches = [(self.api.launch(miner, self.chute), miner) for miner in miners]
        before = private_kib(self.stack.responder.workers())
        self.stub.hold()
        claims = [threads.submit(launch.claim, miner.gpus) for launch, miner in launches]
        wait_for(lambda: self.waiting() == WAITING, "all of them to wait")
        grown = (private_kib(self.stack.responder.workers()) - before) / WAITING
        times = self.measure()
        assert not any(claim.done() for claim in claims)
        self.stub.release()
        assert {claim.result().status for claim in claims} == {200}
        wait_for(lambda: self.waiting() == 0, "all of them to end")
        return times, grown


def main():
    """Prints the table."""
    stub, rounds, memory = Stub(), [], []
    with Stack(lambda settings: settings["server"].update(slow_workers=8)) as stack, \
            concurrent.futures.ThreadPoolExecutor(WAITING) as threads:
        bench = Bench(stack, stub)
        bench.prepare()
        for _ in range(ROUNDS):
            alone = bench.measure()
            beside, grown = bench.measure_while_others_wait(threads)
            rounds.append((alone, beside))
            memory.append(grown)
    stub.close()
    print(f"\n{'':<20} {'alone':>17} {'16 claims waiting':>20} {'ratio':>13}\n"
          f"{'':<20} {'p50 ms':>8} {'p99 ms':>8} {'p50 ms':>11} {'p99 ms':>8} {'p50':>6} {'p99':>6}")
    for what in rounds[0][0]:
        row = [statistics.median(percentile(times[which][what], part) for times in rounds)
               for which in (0, 1) for part in (0.5, 0.99)]
        print(f"{what:<20} {row[0]:>8.1f} {row[1]:>8.1f} {row[2]:>11.1f} {row[3]:>8.1f}"
              f" {row[2] / row[0]:>6.2f} {row[3] / row[1]:>6.2f}")
    print(f"one that waits: {statistics.median(memory):.0f} KiB of its own")
    return 0


if __name__ == "__main__":
    sys.exit(main())
