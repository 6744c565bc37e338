"""Runs all tests of a build and ends in one line, `N passed, N failed`. Called by ./dev test.

The unit tests (Check) and the SQL tests (pgTAP) speak TAP, the HTTP tests are pytest's.
"""

import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree

from harness import databases
from harness.processes import StackError
from harness.responder import Responder
from harness.stack import BUILD, SOURCE, Stack
from tools import other_vectors

TESTS = os.path.join(SOURCE, "tests")

# Of the HTTP tests, what ./dev test runs on the network's databases: a file for each endpoint, jobs, what the
# background does, and what the relay tells. ./dev test --database all, of ./dev interop, runs all of them.
REPRESENTATIVE = [
    "test_issue_launch_config.py", "test_claim_launch_config.py", "test_verify_launch_config.py",
    "test_activate_launch_config.py", "test_delete_instance.py", "test_token_check.py",
    "test_create_instance.py", "test_activate_instance.py", "test_jobs.py",
    "test_background_verification.py::test_an_honest_instance_is_verified",
    "test_background_verification.py::test_a_cheat_is_not_verified",
    "test_events.py::test_socket_servers_hear_a_life_as_the_network_tells_it"]

# How pytest shares the files out: a file stays in one process, and so does the stack that its tests share.
SHARED = ["--numprocesses", str(os.cpu_count() + 2), "--dist", "loadfile"]


class Tally:
    """Counts of what ran. A part that ends without having run a test is a failure, unless tests were chosen
    by a word; then it is one only where no part has any."""

    def __init__(self, word):
        self.word = word
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    def add(self, part, passed, failed, skipped=0, seconds=0.0):
        """Adds a part and prints its line."""
        if passed + failed == 0:
            print(f"{part}: no test " + (f"matches {self.word!r}" if self.word else "ran"), flush=True)
            if self.word:
                return
            failed = 1
        self.passed += passed
        self.failed += failed
        self.skipped += skipped
        print(f"{part}: {passed} passed, {failed} failed, {skipped} skipped in {seconds:.1f} s", flush=True)


def count_tap(text, label):
    """(passed, failed) of TAP output; failures and their diagnostics are printed. A
    wrong plan is a failure."""
    passed = failed = 0
    planned = None
    showing = False
    for line in text.splitlines():
        plan = re.match(r"1\.\.(\d+)", line)
        if plan:
            planned = int(plan.group(1))
        elif line.startswith("ok "):
            passed += 1
            showing = False
        elif line.startswith("not ok "):
            failed += 1
            showing = True
            print(f"{label}: {line}")
        elif line.startswith("#") and showing:
            print(f"{label}: {line}")
    if planned is None or planned != passed + failed:
        print(f"{label}: planned {planned}, ran {passed + failed}")
        failed += 1
    return passed, failed


def run_check(word, **variables):
    """Runs the Check program's tests that match, with these variables of its environment; its TAP log, and
    whether it says that all is well."""
    with tempfile.NamedTemporaryFile("r", suffix=".tap", encoding="utf-8") as tap:
        environment = {**os.environ, "CK_TAP_LOG_FILE_NAME": tap.name, "CK_VERBOSITY": "silent", **variables}
        done = subprocess.run([os.path.join(BUILD, "unit_tests"), word], env=environment,
                              capture_output=True, text=True, check=False)
        text = tap.read()
    if done.returncode != 0:
        print(done.stdout + done.stderr)
    return text, done.returncode == 0


def run_unit(tally, word):
    """The Check program, its TAP log counted."""
    started = time.monotonic()
    # Check lists "ok 1 - file:test: message"; its exit status only repeats the count,
    # a crash of the runner does not.
    text, whole = run_check(word)
    passed, failed = count_tap(text, "unit")
    if not whole:
        failed = failed or 1
    tally.add("unit", passed, failed, seconds=time.monotonic() - started)


def run_other_vectors(tally, word):
    """The tests over vectors once more, over vectors made a moment ago: none of them
    leans on what one set has."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        other_vectors.make(directory)
        text, whole = run_check(word, RIGGER_VECTORS=directory, CK_INCLUDE_TAGS="vectors")
    passed, failed = count_tap(text, "other vectors")
    for path in sorted(glob.glob(os.path.join(TESTS, "unit", "*", "*.c"))):
        with open(path, encoding="utf-8") as file:
            source = file.read()
        names = re.findall(r"^START_TEST\((\w+)\)", source, re.MULTILINE)
        if not word and "vectors_load(" in source and not any(f":{name}:" in text for name in names):
            print(f"other vectors: {path} reads vectors, and its test case has no tag \"vectors\"")
            failed += 1
    if not whole:
        failed = failed or 1
    tally.add("unit over other vectors", passed, failed, seconds=time.monotonic() - started)


def run_units(tally, word):
    """All that the Check program runs; an error of ours on the way is a failure."""
    try:
        run_unit(tally, word)
        run_other_vectors(tally, word)
    except (OSError, subprocess.CalledProcessError) as error:
        print(error)
        tally.failed += 1


def prepare_sql(stack):
    """A migrated private database with the fixture, and the psql command that reaches it."""
    stack.create_database()
    stack.responder.write_config()
    stack.migrate()
    stack.postgres.execute("create extension pgtap")
    psql = ["psql", "-X", "-q", "-A", "-t", "-d", stack.postgres.dsn]
    subprocess.run([*psql, "-v", "ON_ERROR_STOP=1", "-f", os.path.join(TESTS, "harness", "fixture.sql")],
                   check=True)
    return psql


def name_of(part, database):
    """What a part is called in the lines that are printed."""
    return part if database == "own" else f"{part} on {database}"


def run_sql(tally, word, database):
    """Every tests/sql/*.sql on a migrated private database, each in a transaction of its own."""
    started = time.monotonic()
    passed = failed = 0
    stack = Stack(database=database)
    try:
        psql = prepare_sql(stack)
        for path in sorted(glob.glob(os.path.join(TESTS, "sql", "*.sql"))):
            name = os.path.basename(path)
            if word not in name:
                continue
            done = subprocess.run([*psql, "-f", path], capture_output=True, text=True, check=False,
                                  env=Responder.environment())
            label = name_of(f"sql/{name}", database)
            ok, not_ok = count_tap(done.stdout, label)
            errors = [line for line in done.stderr.splitlines() if "ERROR" in line]
            if errors:
                print("\n".join(f"{label}: {line}" for line in errors))
                not_ok = not_ok or 1
            passed += ok
            failed += not_ok
    finally:
        stack.stop()
    tally.add(name_of("sql", database), passed, failed, seconds=time.monotonic() - started)


def run_http(tally, word, database, tests=("",)):
    """pytest over these of tests/http, on that database; it prints for itself, the counts come from its
    report. Most of a test is waiting, so several processes share the files, each with a stack of its own; a
    few tests that were chosen by a word are not worth that."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        report = os.path.join(scratch, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib",
                   "--junit-xml", report, *(os.path.join(TESTS, "http", name) for name in tests)]
        subprocess.run(command + (["-k", word] if word else SHARED), check=False,
                       env={**os.environ, databases.VARIABLE: database})
        if not os.path.exists(report):
            tally.add(name_of("http", database), 0, 1)
            return
        suite = xml.etree.ElementTree.parse(report).getroot().find("testsuite")
    counts = {key: int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")}
    bad = counts["failures"] + counts["errors"]
    tally.add(name_of("http", database), counts["tests"] - bad - counts["skipped"], bad, counts["skipped"],
              time.monotonic() - started)


def run_on_databases(tally, arguments):
    """The SQL and HTTP tests that were asked for, database by database."""
    whole = {None: ["own"], "all": databases.SUITE}.get(arguments.database, [arguments.database])
    others = [] if arguments.database or arguments.k else databases.SUITE[1:]
    for database in [*whole, *others]:
        if arguments.only in (None, "sql"):
            run_sql(tally, arguments.k, database)
        if arguments.only in (None, "http"):
            run_http(tally, arguments.k, database, [""] if database in whole else REPRESENTATIVE)


def main():
    """Parses the arguments, runs the parts, prints the line that counts."""
    parser = argparse.ArgumentParser(prog="./dev test", description=__doc__)
    parser.add_argument("--only", choices=["unit", "sql", "http"], help="one part alone")
    parser.add_argument("-k", metavar="WORD", default="",
                        help="only tests in whose name"
                             " or file name WORD stands; for HTTP also an expression of pytest")
    parser.add_argument("--database", choices=[*databases.SUITE, "all"],
                        help="the SQL and HTTP tests on this database, or on each; without it, on ours, and"
                             " where no WORD is given the SQL tests and some of the HTTP tests on the others")
    arguments = parser.parse_args()
    tally = Tally(arguments.k)
    # The unit tests compute and the others wait: they run beside each other.
    units = threading.Thread(target=run_units, args=(tally, arguments.k))
    if arguments.only in (None, "unit"):
        units.start()
    try:
        if os.path.exists(os.path.join(BUILD, "rigger")):
            run_on_databases(tally, arguments)
    except (StackError, subprocess.CalledProcessError) as error:
        print(error)
        tally.failed += 1
    if units.ident:
        units.join()
    if tally.passed + tally.failed == 0:
        print(f"no test matches {arguments.k!r}")
        tally.failed = 1
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
