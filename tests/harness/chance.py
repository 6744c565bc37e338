"""The one source of chance of the tests: RIGGER_TEST_SEED=N gives a run's draws again.
pytest prints N at its end."""

import os
import random

SEED = int(os.environ.get("RIGGER_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2 ** 31)
os.environ["RIGGER_TEST_SEED"] = str(SEED)  # for the processes that share the work


def chance(name):
    """A source for one test, whatever other tests draw."""
    return random.Random(f"{SEED} {name}")
