"""Takes each rule out of the SQL functions and views, one at a time, and sees the SQL
tests go red: ./dev mutate sql.

A rule is marked where it stands, `-- rule: ID` in a comment, and described in tools.mutate_sql_rules; a mark
without a mutation, or a mutation without its mark, ends the run. A rule is caught by a test that is `not ok`.
An error that no test expects catches nothing, however red it makes a file: such a mutation is printed as one
that proves nothing. Both make the exit status 1.

    ./dev mutate sql [--jobs N] [WORD ...]      the rules whose id or file has one of the words
"""

import argparse
import concurrent.futures
import glob
import os
import queue
import re
import subprocess
import sys

from harness.responder import Responder
from harness.stack import SOURCE, Stack
from tools.mutate_sql_rules import RULES
from tools.suite import prepare_sql

SQL = os.path.join(SOURCE, "sql")
TESTS = os.path.join(SOURCE, "tests", "sql")
MARK = re.compile(r"-- rule: ([a-z0-9_]+\.[a-z0-9_]+)$", re.MULTILINE)
NEAR = 500  # characters between a mark and its text, at most
ERROR = re.compile(r"ERROR:  .*")
# A syntax error, an unknown name, a wrong type.
BROKEN = re.compile(r"(?:ERROR: |died:|caught:) +42(601|703|883|804|P0[0-9]): .*")


def read(path):
    """A file's text."""
    with open(path, encoding="utf-8") as file:
        return file.read()


def marks():
    """{id: (file below sql/, its text)}; ends the program where an id is marked twice."""
    found = {}
    for path in sorted(glob.glob(os.path.join(SQL, "*", "*.sql")) + glob.glob(os.path.join(SQL, "*.sql"))):
        text = read(path)
        for name in MARK.findall(text):
            if name in found:
                sys.exit(
                    f"mutate: rule {name} is marked twice: {found[name][0]}, {os.path.relpath(path, SQL)}")
            found[name] = os.path.relpath(path, SQL), text
    return found


def mutations():
    """[(id, file, its text, the mutated text)]; ends the program where marks and rules do not fit."""
    found, made = marks(), []
    for name in found:
        if name not in {rule[0] for rule in RULES}:
            sys.exit(f"mutate: rule {name} of sql/{found[name][0]} has no mutation in tools.mutate_sql_rules")
    for name, old, new in RULES:
        if name not in found:
            sys.exit(f"mutate: rule {name} is marked nowhere")
        path, text = found[name]
        mark = text.index(f"-- rule: {name}\n")
        at = text.find(old, mark)
        if at < 0 or at - mark > NEAR:
            sys.exit(f"mutate: rule {name}: sql/{path} has no {old!r} close behind its mark")
        made.append((name, path, text, text[:at] + new + text[at + len(old):]))
    return made


def psql(dsn, *arguments, text=None):
    """Runs psql; its output and errors together."""
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-d", dsn, *arguments], input=text,
                          capture_output=True, text=True, check=False, env=Responder.environment())
    return done.stdout + done.stderr


def load(dsn, text):
    """Puts a function's or view's definition in."""
    errors = psql(dsn, "-v", "ON_ERROR_STOP=1", text=f"set search_path = pg_catalog;\n{text}")
    if errors:
        sys.exit(f"mutate: {errors}")


def tests_of(path):
    """The test files; those that speak of the function or view first. Not the one that finds out what no
    longer runs: that would be no rule taken out."""
    name = os.path.basename(path)[:-4]
    files = sorted(set(glob.glob(os.path.join(TESTS, "*.sql"))) - {os.path.join(TESTS, "every_function.sql")})
    return sorted(files, key=lambda file: (os.path.basename(file) != f"{name}.sql",
                                           f"rigger.{name}" not in read(file)))


def run_tests(dsn, path):
    """(the first test that is not ok and its file, or None; an error, or None) with what is loaded now."""
    error = None
    for file in tests_of(path):
        out = psql(dsn, "-v", "VERBOSITY=verbose", "-f", file)
        broken = BROKEN.search(out)
        if broken:
            return None, f"this no longer runs: {broken.group()}"
        red = re.search(r"^not ok \d+ - (.*)", out, re.MULTILINE)
        if red:
            return f"{os.path.basename(file)}: {red.group(1)}", None
        if ERROR.search(out):
            error = error or f"{os.path.basename(file)}: {ERROR.search(out).group()}"
    return None, error


def try_out(databases, mutation):
    """(caught by, error) of a mutation, on a database of its own."""
    _, path, text, mutated = mutation
    dsn = databases.get()
    try:
        load(dsn, mutated)
        return run_tests(dsn, path)
    finally:
        load(dsn, text)
        databases.put(dsn)


def copy_databases(stack, count):
    """A queue of the connection strings of copies of the prepared database."""
    databases = queue.Queue()
    for number in range(count):
        stack.postgres.execute(f"create database copy_{number} template rigger", dbname="postgres")
        databases.put(stack.postgres.dsn.replace("dbname=rigger", f"dbname=copy_{number}"))
    return databases


def main():
    """All rules, or those with one of the words; the status is 1 if one is not caught."""
    parser = argparse.ArgumentParser(prog="./dev mutate sql")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    chosen = [mutation for mutation in mutations()
              if not arguments.words
              or any(word in f"{mutation[0]} {mutation[1]}" for word in arguments.words)]
    missed = 0
    stack = Stack()
    try:
        prepare_sql(stack)
        databases = copy_databases(stack, arguments.jobs)
        red, error = run_tests(stack.postgres.dsn, "")
        if red or error:
            sys.exit(f"mutate: red as it is: {red or error}")
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            tried = pool.map(lambda mutation: try_out(databases, mutation), chosen)
            for (name, path, *_), (caught, error) in zip(chosen, tried):
                missed += caught is None
                word = "caught" if caught else "ERROR" if error else "MISSED"
                told = caught or (f"proves nothing, {error}" if error else "no test")
                print(f"{word:7} {name:30} {os.path.basename(path):28} {told}", flush=True)
    finally:
        stack.stop()
    print(f"SQL: {len(chosen)} mutations, {len(chosen) - missed} caught, {missed} missed")
    return 1 if missed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
