"""Slow pods cost others no more than a worker each: a third of the pods are silent, trickle or lie, and
repeat what they send. Nothing here goes by the clock; ./dev bench --slow-pods measures."""

import concurrent.futures

import pytest

from harness.client import Api
from harness.processes import wait_for
from harness.samples import Samples
from harness.slow_pods import LIES, Pods
from harness.stack import Stack

SLOW_WORKERS = 2
REPEATED = 5


@pytest.fixture(scope="module")
def stack():
    """Fewer workers than slow pods, and room for these beside them."""
    with Stack(lambda settings: settings["server"].update(slow_workers=SLOW_WORKERS,
                                                          waiting_workers=8)) as running:
        yield running
        assert running.postgres.execute("select * from rigger.check_invariants()") == []


def test_beside_silent_slow_and_lying_pods_the_others_lead_their_lives(stack):
    api = Api(stack)
    pods = Pods(stack, api)
    slow, honest = [pods.issued(lie) for lie in LIES], [pods.issued() for _ in range(2 * len(LIES))]
    bodies = {}
    for pod in slow:
        assert pods.claim(pod).status == 200
        bodies[pod] = pods.solve(pod)
    with concurrent.futures.ThreadPoolExecutor(len(honest)) as threads:
        first = {pod.ports[0].lie: threads.submit(pod.launch.verify, bodies[pod]) for pod in slow}
        wait_for(lambda: Samples(api)("rigger_workers_waiting", pool="slow") == 2, "two to step aside")
        assert first["key"].result().status == 403, "a liar is found out at once"
        for pod in slow:
            for _ in range(REPEATED):
                again = pod.launch.verify(bodies[pod])
                assert (again.status, "Retry-After" in again.headers) == (
                    (403, False) if pod.ports[0].lie == "key" else (409, True))
        assert Samples(api)("rigger_workers_waiting", pool="slow") == 2, "one each, however often they ask"

        def live(pod):
            return [pods.claim(pod).status, pod.launch.verify(pods.solve(pod)).status,
                    pod.launch.activate().status]

        assert [future.result() for future in [threads.submit(live, pod) for pod in honest]] \
            == [[200, 200, 200]] * len(honest)
        pods.close()
        assert {future.result().status for future in first.values()} == {403}
