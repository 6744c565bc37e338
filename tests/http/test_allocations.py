"""Memory that is out in the middle of a request is never half an answer. A selection of what
`./dev allocations` runs."""

import os

import pytest

from harness.allocations import FOR_GOOD, Sweep, start, subjects

NUMBERS = 4

pytestmark = pytest.mark.skipif("ASAN_OPTIONS" in os.environ, reason="this build has an allocator of its own")


@pytest.fixture(scope="module")
def starved():
    """A stack whose allocations can fail, and its endpoints by name."""
    with start() as stack:
        yield stack, {subject.name: subject for subject in subjects(stack)}


@pytest.mark.parametrize("name", [
    "/ping", "/livez", "/readyz", "/instances/token_check", "/openapi.json", "/docs/", "/metrics",
    "issue_launch_config", "issue_launch_config, of a job", "claim_launch_config", "verify_launch_config",
    "activate_launch_config", "create_instance", "activate_instance", "delete_instance"])
def test_an_allocation_that_fails_is_503_or_the_end_of_the_worker_and_never_half_an_answer(starved, name):
    stack, endpoints = starved
    sweep = Sweep(stack, endpoints[name])
    for index in range(NUMBERS):
        number = 1 + index * sweep.allocations // NUMBERS
        assert sweep.fail(number, number if index % 2 else FOR_GOOD), "it has that many"
    # The last ones are those of the answer itself.
    for number in range(sweep.allocations - 1, sweep.allocations + 1):
        sweep.fail(number, FOR_GOOD)
    sweep.repeat()
    assert stack.postgres.execute("select * from rigger.check_invariants()") == []


def test_no_endpoint_is_forgotten(starved):
    _, endpoints = starved
    marks = test_an_allocation_that_fails_is_503_or_the_end_of_the_worker_and_never_half_an_answer.pytestmark
    assert set(next(mark for mark in marks if mark.name == "parametrize").args[1]) == set(endpoints)
