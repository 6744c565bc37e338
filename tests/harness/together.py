"""Requests that race: all at once, and what came of them."""

import concurrent.futures


def together(calls):
    """Runs all calls at once and returns their answers."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def statuses(answers):
    """Sorted statuses."""
    return sorted(answer.status for answer in answers)
