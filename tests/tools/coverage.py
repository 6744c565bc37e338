"""Which lines of src/ the tests run: ./dev coverage.

Runs the unit, SQL and HTTP tests over a build with gcov's counters (arguments go to ./dev test: --only
unit), then prints the share of lines that ran, per folder and in all, and the files under ninety per cent
with the lines that did not. A process that is killed, or ends by _exit(), takes its counts along: those
lines are under-counted, never over-counted.

    ./dev coverage [--report] [arguments of ./dev test]

--report: only prints what an earlier run has counted.
"""

import collections
import glob
import json
import os
import subprocess
import sys

from harness.stack import BUILD, SOURCE

AIM = 0.9


def forget_counts():
    """Empties every file of counts. They are there before the tests, open to all:
    responders run as other users, too."""
    for notes in glob.glob(os.path.join(BUILD, "**", "*.gcno"), recursive=True):
        counts = notes[:-len("gcno")] + "gcda"
        with open(counts, "wb"):
            os.chmod(counts, 0o666)


def read_counts():
    """{file of src/: {line: times}}"""
    lines = collections.defaultdict(lambda: collections.defaultdict(int))
    for notes in sorted(glob.glob(os.path.join(BUILD, "src", "**", "*.gcno"), recursive=True)):
        # It complains of an empty file of counts, and prints the lines none the less.
        done = subprocess.run(["gcov", "--json-format", "--stdout", notes], cwd=BUILD,
                              capture_output=True, check=False)
        for document in done.stdout.splitlines():
            for file in json.loads(document)["files"]:
                path = os.path.relpath(os.path.join(BUILD, file["file"]), SOURCE)
                for line in file["lines"] if path.startswith("src/") else []:
                    lines[path][line["line_number"]] += line["count"]
    return lines


def ranges(numbers):
    """[3, 4, 5, 9] as "3-5 9"."""
    parts = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def report(lines):
    """Prints the table; the share in all."""
    folders = collections.defaultdict(lambda: [0, 0])
    poor = []
    for path, counts in sorted(lines.items()):
        missed = [number for number, count in counts.items() if count == 0]
        for folder in (os.path.dirname(path), "src, in all"):
            folders[folder][0] += len(counts) - len(missed)
            folders[folder][1] += len(counts)
        if len(missed) > (1 - AIM) * len(counts):
            poor.append((path, len(counts), missed))
    if poor:
        print(f"files under {AIM:.0%}, and their lines that did not run:")
    for path, count, missed in poor:
        print(f"  {path}: {len(missed)} of {count}: {ranges(missed)}")
    print(f"{'folder':24} {'lines':>6} {'ran':>6}")
    in_all = folders.pop("src, in all")
    for folder, (ran, count) in [*sorted(folders.items()), ("src, in all", in_all)]:
        print(f"{folder:24} {count:6} {ran / count:6.1%}")
    return in_all[0] / in_all[1]


def main():
    """Runs the tests and reports; the status is theirs."""
    arguments = sys.argv[1:]
    status = 0
    if "--report" not in arguments:
        forget_counts()
        status = subprocess.run([sys.executable, "-m", "tools.suite", *arguments], check=False).returncode
    report(read_counts())
    return status


if __name__ == "__main__":
    sys.exit(main())
