"""./dev allocations: the n-th allocation of a request fails, for every n and on every endpoint, once alone
and once with all that follow. What comes back is a whole good answer, 500, 503, or the web server's 503 for a
worker that has ended; never half an answer. Afterwards the same request is served, and the invariants hold.

    ./dev allocations [WORD ...]      the endpoints in whose names one of the words stands
"""

import argparse
import sys

from harness.allocations import FOR_GOOD, Sweep, start, subjects


def sweep(stack, subject, alone):
    """(requests, failures as texts, what came of them)"""
    failures, number = [], 0
    one = Sweep(stack, subject)
    print(f"{subject.name}: about {one.allocations} allocations,"
          f" {'one' if alone else 'one and all that follow'} fails", flush=True)
    while True:
        number += 1
        try:
            if not one.fail(number, number if alone else FOR_GOOD):
                break
        except Exception as error:  # whatever is wrong with one is counted, and the next one tried
            failures.append(f"{subject.name}, allocation {number}: {type(error).__name__}: {error}")
            print("  " + failures[-1][:400], flush=True)
            subject.begin()
        if number > 3 * one.allocations + 100:
            failures.append(f"{subject.name}: it never ends")
            break
    try:
        one.repeat()
        broken = stack.postgres.execute("select * from rigger.check_invariants()")
        if broken:
            failures.append(f"{subject.name}: {broken}")
    except Exception as error:
        failures.append(f"{subject.name}, the same afterwards: {error}")
    for ending, count in sorted(one.endings.items()):
        print(f"  {count:6} {ending}", flush=True)
    return number, failures


def main():
    """Parses the arguments, sweeps, sums up."""
    parser = argparse.ArgumentParser(prog="./dev allocations", description=__doc__.partition("\n\n")[0])
    parser.add_argument("words", nargs="*", metavar="WORD")
    arguments = parser.parse_args()
    requests, failures = 0, []
    with start() as stack:
        for subject in subjects(stack):
            if arguments.words and not any(word in subject.name for word in arguments.words):
                continue
            for alone in (True, False):
                count, bad = sweep(stack, subject, alone)
                requests += count
                failures += bad
    for text in failures:
        print(text)
    print(f"{requests - len(failures)} passed, {len(failures)} failed", flush=True)
    return 1 if failures or not requests else 0


if __name__ == "__main__":
    sys.exit(main())
