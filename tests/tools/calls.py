"""src/confine/calls.list beside what a run of the HTTP tests calls: `./dev calls [-k WORD]`.

Each responder that the tests start runs under strace. A call that is not in the list is refused and is an
error of its test already; here it is named once more, and what the list has and no confined process
called."""

import os
import re
import subprocess
import sys
import tempfile

from harness.stack import SOURCE

CONFINED = re.compile(r"seccomp\(SECCOMP_SET_MODE_FILTER, [^,]+, \{len=")
THREAD = re.compile(r"clone\(.*CLONE_THREAD.*= (\d+)$|<\.\.\. clone resumed>.*= (\d+)$")
CALL = re.compile(r"^(\d+) +([a-z0-9_]+)\((.*)$")
REFUSED = re.compile(r"\bSYS_SECCOMP, .*si_syscall=__NR_([a-z0-9_]+)")


def listed():
    """{call: use} of the list, those that nobody may make left out."""
    with open(os.path.join(SOURCE, "src", "confine", "calls.list"), encoding="utf-8") as file:
        rows = (line.split() for line in file if line.strip() and not line.startswith("#"))
        return {call: use for call, use in rows if use != "never"}


def read(path):
    """(calls that confined processes made, calls that they were refused) in one trace. The process of
    programs is left out: it runs programs, which may call what they like."""
    made, refused, runs = {}, set(), set()
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            if told := REFUSED.search(line):
                refused.add(told.group(1))
            pid = line.split(" ", 1)[0]
            if (thread := THREAD.search(line)) and pid in made:
                made[thread.group(1) or thread.group(2)] = made[pid]
            call = CALL.match(line)
            if call is None:
                continue
            name, rest = call.groups()[1:]
            if CONFINED.search(line):
                made[pid] = set()
            elif pid in made:
                made[pid].add(name)
                if name == "execve" or (name == "clone" and "CLONE_THREAD" not in rest):
                    runs.add(pid)
    return set().union(*(calls for pid, calls in made.items() if pid not in runs)), refused


def main():
    """Runs the tests under strace, and prints the difference."""
    made, refused = set(), set()
    with tempfile.TemporaryDirectory(prefix="rigger-calls-") as directory:
        tested = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                                 os.path.join(SOURCE, "tests", "http"), *sys.argv[1:]],
                                env={**os.environ, "RIGGER_TEST_TRACES": directory}, check=False)
        traces = [os.path.join(directory, name) for name in os.listdir(directory)]
        for calls, told in map(read, traces):
            made |= calls
            refused |= told
    print(f"{len(traces)} responders; {len(made)} calls by confined processes")
    print("refused, to be looked at:", " ".join(sorted(refused)) or "none")
    print("listed, and not called here:", " ".join(sorted(set(listed()) - made)) or "none")
    return tested.returncode or (1 if not traces else 0)


if __name__ == "__main__":
    sys.exit(main())
