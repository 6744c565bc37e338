"""Runs the faults of tests/fault/ under a load of whole lives and prints what came of each. Called by
./dev faults.

Ends in one line, `N passed, N failed`.
"""

import argparse
import os
import sys
import time
import traceback

from harness.chance import SEED
from harness.fault.fault import find, names
from harness.fault.trial import Outcome, Trial

SHOWN, WIDTH = 12, 1500  # how many things about one fault are shown, and how much of each
HEAD = ("fault", "times", "lives", "requests", "2xx", "4xx", "503", "other", "none", "again s", "untrue",
        "unexplained", "violations")


def row_of(outcome):
    """A line of the table."""
    classes = [outcome.classes.get(kind, 0) for kind in ("2xx", "4xx", "503", "other", "none")]
    return [outcome.name, outcome.injected, outcome.lives, outcome.requests, *classes,
            f"{outcome.again_s:.1f}", outcome.untrue, outcome.unexplained, outcome.violations]


def print_table(outcomes):
    """As Markdown, so that docs/figures.md can have it."""
    print("| " + " | ".join(HEAD) + " |")
    print("|---" + "|---:" * (len(HEAD) - 1) + "|")
    for outcome in outcomes:
        print("| " + " | ".join(map(str, row_of(outcome))) + " |")


def try_fault(name, seconds):
    """One trial; what goes wrong in the trial itself is its failure."""
    trial = Trial(find(name), seconds)
    started = time.monotonic()
    try:
        trial.run()
    except Exception:
        trial.outcome.say("the trial fell", [traceback.format_exc()])
    outcome = trial.outcome
    print(f"{name}: {outcome.requests} requests, {outcome.injected} times,"
          f" {'failed' if outcome.wrong else 'passed'} in {time.monotonic() - started:.0f} s", flush=True)
    for line in outcome.wrong[:SHOWN]:
        print("  " + line.strip()[-WIDTH:].replace("\n", "\n  "), flush=True)
    if len(outcome.wrong) > SHOWN:
        print(f"  and {len(outcome.wrong) - SHOWN} more", flush=True)
    return outcome


def main():
    """Parses the arguments, runs the faults, prints the table."""
    parser = argparse.ArgumentParser(prog="./dev faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which faults; all: " + ", ".join(names()))
    parser.add_argument("--seconds", type=float, default=780, help="for all of them together (780)")
    arguments = parser.parse_args()
    wanted = arguments.names or names()
    for name in wanted:
        if name not in names():
            parser.error(f"no such fault: {name}; there are {', '.join(names())}")
    print(f"RIGGER_TEST_SEED={SEED}", flush=True)
    shares = {name: find(name).share for name in wanted}
    outcomes = []
    for name in wanted:
        if find(name).needs_root and os.geteuid() != 0:
            outcomes.append(Outcome(name, wrong=["this one mounts a filesystem: it needs root"]))
        else:
            outcomes.append(try_fault(name, arguments.seconds * shares[name] / sum(shares.values())))
    print_table(outcomes)
    failed = sum(bool(outcome.wrong) for outcome in outcomes)
    print(f"RIGGER_TEST_SEED={SEED}")
    print(f"{len(outcomes) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
