"""The whole suite beside busy loops, again and again: it is never red by chance. Called by ./dev stress.

Prints each run's last line and what failed in it. A run that is not green makes the whole not green.
"""

import argparse
import multiprocessing
import subprocess
import sys
import time

BUSY = 6


def burn():
    """Takes all of the processor it is given."""
    while True:
        pass


def run_once():
    """One run of the suite: its output's lines, and whether it was green."""
    done = subprocess.run([sys.executable, "-m", "tools.suite"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout.splitlines() or ["(it said nothing)"], done.returncode == 0


def main():
    """Parses the arguments, starts the loops, runs, sums up."""
    parser = argparse.ArgumentParser(prog="./dev stress", description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="?", type=int, default=10, metavar="N", help="how many runs (10)")
    arguments = parser.parse_args()
    loops = [multiprocessing.Process(target=burn, daemon=True) for _ in range(BUSY)]
    for loop in loops:
        loop.start()
    green = 0
    for number in range(1, arguments.runs + 1):
        started = time.monotonic()
        lines, is_green = run_once()
        if not is_green:
            print("\n".join(lines))
        green += is_green
        print(f"run {number} of {arguments.runs}: {lines[-1]} in {time.monotonic() - started:.0f} s",
              flush=True)
    print(f"{green} of {arguments.runs} runs beside {BUSY} busy loops were green")
    return 0 if green == arguments.runs else 1


if __name__ == "__main__":
    sys.exit(main())
