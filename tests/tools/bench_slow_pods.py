"""How honest pods fare beside slow ones: ./dev bench --slow-pods.

One responder with its default workers behind nginx. Eight honest pods with jobs at a time lead their
lives: claim, the answer to the challenge, for which Rigger probes their ports, activation. In turn without
others and beside four more, a third of all: one whose port is silent, one whose port trickles, one whose port
lies, and one whose host's name is never answered for. Each of the four has its next life at once when one is
over, and repeats its request every tenth of a second meanwhile. The ratios are those of the medians over the
rounds.
"""

import concurrent.futures
import os
import statistics
import sys
import tempfile
import threading
import time

from harness.client import Api
from harness.names import Names
from harness.slow_pods import LIES, Pods
from harness.stack import Stack

HONEST = 8
ROUNDS = 3
LIVES = 25  # of each honest pod in a round
WHATS = ("POST", "PUT", "GET activate")


def percentile(times, part):
    """In milliseconds."""
    return 1000 * sorted(times)[min(len(times) - 1, int(part * len(times)))]


def timed(times, call):
    """Puts down the seconds of a request that has to be 200."""
    began = time.monotonic()
    answer = call()
    times.append(time.monotonic() - began)
    assert answer.status == 200, answer


class Bench:
    """The honest and the others."""

    def __init__(self, stack):
        self.stack = stack
        self.api = Api(stack)
        self.pods = Pods(stack, self.api)
        self.over = threading.Event()
        self.others = {}

    def honest(self, pods):
        """The lives of one; {what: seconds}."""
        times = {what: [] for what in WHATS}
        for pod in pods:
            timed(times["POST"], lambda pod=pod: self.pods.claim(pod))
            body = self.pods.solve(pod)
            timed(times["PUT"], lambda pod=pod, body=body: pod.launch.verify(body))
            timed(times["GET activate"], pod.launch.activate)
        return times

    def repeated(self, call):
        """Sends a request, and again while it is under way; counts the answers."""
        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            first = threads.submit(call)
            while not first.done() and not self.over.is_set():
                time.sleep(0.1)
                answer = call()
                self.others[answer.status] = self.others.get(answer.status, 0) + 1
            status = first.result().status
        self.others[status] = self.others.get(status, 0) + 1

    def lying(self, pods):
        """The lives of one whose port holds up or lies."""
        for pod in pods:
            if self.over.is_set():
                return
            assert self.pods.claim(pod).status == 200
            body = self.pods.solve(pod)
            self.repeated(lambda pod=pod, body=body: pod.launch.verify(body))

    def nameless(self, pod):
        """Claims again and again under a name that nobody answers for."""
        body = pod.launch.claim_body(pod.miner.gpus, host="silent.pod.example", port_mappings=[
            {"internal_port": 8000, "external_port": pod.service, "proto": "tcp"},
            *[port.mapping() for port in pod.ports]])
        while not self.over.is_set():
            self.repeated(lambda: self.api.request("POST", pod.launch.path, body, pod.launch.headers()))

    def round(self, beside):
        """{what: seconds} of all honest pods; beside: whether the others are there."""
        honest = [[self.pods.issued() for _ in range(LIVES)] for _ in range(HONEST)]
        lying = [[self.pods.issued(lie) for _ in range(2 * LIVES if lie == "key" else 4)] for lie in LIES]
        nameless = self.pods.issued()
        self.over.clear()
        with concurrent.futures.ThreadPoolExecutor(HONEST + len(LIES) + 1) as threads:
            others = [threads.submit(self.lying, pods) for pods in lying] if beside else []
            if beside:
                others.append(threads.submit(self.nameless, nameless))
                time.sleep(1)
            lives = [threads.submit(self.honest, pods) for pods in honest]
            done = [life.result() for life in lives]
            self.over.set()
            for pods in lying:
                for pod in pods:
                    pod.close()
            for other in others:
                other.result()
        return {what: [seconds for times in done for seconds in times[what]] for what in WHATS}


def main():
    """Prints the table."""
    if os.geteuid() != 0:
        sys.exit("bench: --slow-pods has a DNS server of its own, for which it has to be root")
    rounds = []
    with tempfile.TemporaryDirectory(prefix="rigger-names-") as directory:
        names = Names(directory)

        def change(settings):
            settings["server"].update(slow_workers=8, waiting_workers=64)

        stack = Stack(change)
        stack.responder.before = names.before()
        with stack:
            bench = Bench(stack)
            bench.round(False)
            for _ in range(ROUNDS):
                rounds.append((bench.round(False), bench.round(True)))
            bench.pods.close()
        names.close()
    print(f"\n{'':<14} {'alone':>17} {'a third is slow':>20} {'ratio':>13}\n"
          f"{'':<14} {'p50 ms':>8} {'p99 ms':>8} {'p50 ms':>11} {'p99 ms':>8} {'p50':>6} {'p99':>6}")
    for what in WHATS:
        row = [statistics.median(percentile(times[which][what], part) for times in rounds)
               for which in (0, 1) for part in (0.5, 0.99)]
        print(f"{what:<14} {row[0]:>8.1f} {row[1]:>8.1f} {row[2]:>11.1f} {row[3]:>8.1f}"
              f" {row[2] / row[0]:>6.2f} {row[3] / row[1]:>6.2f}")
    print("the slow ones were answered:", ", ".join(f"{count} times {status}"
                                                    for status, count in sorted(bench.others.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
