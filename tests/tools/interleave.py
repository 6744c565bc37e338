"""Plays every pair of the functions that write, and some triples, in all orders: ./dev interleave.

    ./dev interleave [--every] [WORD ...]   the games in whose operations' names every WORD stands
    ./dev interleave --locks [WORD ...]     takes each lock out of the SQL, one at a time, and sees a game
                                            go red

A game is two operations or three on one world (tests/interleave/). PostgreSQL's isolationtester stops them
before each row that they write and behind the last, starts and frees them in every order, and lets them
commit or roll back. After each permutation the invariants hold, and answers and state are those of the
operations one after the other, in some order.
"""

import argparse
import concurrent.futures
import functools
import glob
import os
import queue
import re
import subprocess
import sys
import time

from harness.responder import Responder
from harness.stack import SOURCE, Stack
from interleave import operations as world
from interleave import spec
from tools.mutate_sql import load, psql, read
from tools.suite import prepare_sql

TESTER = os.path.join("pgxs", "src", "test", "isolation", "isolationtester")
# They pass by what is in somebody's hands. What the reaper left so its next round takes, with which every
# permutation of it ends.
UNHEARD = {"reap", "take_verification"}
ENDS = {2: [("c", "c"), ("c", "r"), ("r", "c")], 3: [("c", "c", "c")]}


def tester():
    """isolationtester, which Debian's package of the client has."""
    directory = subprocess.run(["pg_config", "--pkglibdir"], capture_output=True, text=True, check=True)
    return os.path.join(directory.stdout.strip(), TESTER)


def play(dsn, operations, rows, aged, permutations):
    """The endings of these permutations."""
    done = subprocess.run([tester(), dsn], input=spec.spec(operations, rows, aged, permutations),
                          capture_output=True, text=True, check=False, env=Responder.environment())
    if done.returncode != 0:
        raise RuntimeError(f"isolationtester: {done.stderr}")
    return list(spec.endings(done.stdout))


def committed(permutation):
    """The letters of the operations that a permutation commits."""
    return frozenset(step[0] for step in permutation.split() if step[1:-1].isdigit() and step[-1] == "c")


def result(ending, unheard):
    """What an ending is compared by: what it commits, what that answered (but for who is `unheard`), and the
    state."""
    letters = committed(ending.permutation)
    return letters, tuple(sorted((key, value) for key, value in ending.answers.items()
                                 if key in letters - unheard)), ending.state


def wrong(ending, allowed, unheard):
    """What is wrong with an ending, or None."""
    if ending.violations:
        return "; ".join(ending.violations)
    if result(ending, unheard) not in allowed:
        return "no order of one after the other ends like this: " + ", ".join(
            f"{key}: {value}" for key, value in sorted(ending.answers.items()))
    return None


def game(dsn, operations, every=False):
    """(permutations played, [(permutation, what is wrong)])."""
    aged = any(operation.function == "reap" for operation in operations)
    serial = play(dsn, operations, [0] * len(operations), aged, spec.serial_permutations(len(operations)))
    bad = [(ending.permutation, "; ".join(ending.violations)) for ending in serial if ending.violations]
    if bad:
        return len(serial), bad
    unheard = {letter for letter, operation in zip(spec.LETTERS, operations) if operation.function in UNHEARD}
    allowed = {result(ending, unheard) for ending in serial}
    # Who takes what lies there may find it in somebody's hands, and take nothing.
    for letter, operation in zip(spec.LETTERS, operations):
        if operation.function == "take_verification":
            allowed |= {(letters | {letter}, answers, state) for letters, answers, state in allowed}
    rows = [max(ending.rows.get(letter, 1) for ending in serial) - 1
            for letter in spec.LETTERS[:len(operations)]]
    stopped = spec.stopped_permutations(rows, ENDS[len(operations)], every)
    played = play(dsn, operations, rows, aged, list(stopped))
    for ending in played:
        said = wrong(ending, allowed, unheard)
        if said:
            bad.append((ending.permutation, said))
    return len(serial) + len(played), bad


def games(words):
    """The games that were asked for: pairs and triples."""
    named = {operation.name: operation for operation in world.OPERATIONS}
    triples = [tuple(named[name] for name in names) for names in world.TRIPLES]
    return [chosen for chosen in [*world.pairs(), *triples]
            if not words or all(any(word in operation.name for operation in chosen) for word in words)]


def prepare(stack, count):
    """A queue of connection strings of databases with the world in them."""
    prepare_sql(stack)
    errors = psql(stack.postgres.dsn, "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f",
                  os.path.join(SOURCE, "tests", "interleave", "world.sql"))
    if errors:
        sys.exit(f"interleave: {errors}")
    databases = queue.Queue()
    for number in range(count):
        stack.postgres.execute(f"create database world_{number} template rigger", dbname="postgres")
        databases.put(stack.postgres.dsn.replace("dbname=rigger", f"dbname=world_{number}"))
    return databases


# A row lock, an advisory one, and what is looked at again once a lock is held: text that is taken out.
LOCK = re.compile(
    r"\n? *for (?:no key )?update(?: skip locked)?(?=;)|perform pg_advisory_xact_lock\([^;]*\);")
CALLS = re.compile(r"^-- Calls:(.*(?:\n--   .*)*)", re.MULTILINE)
LOOKED_AT_AGAIN = [
    ("evict", "  perform from public.instances i where i.instance_id = p_instance_id for update;\n"
              "  if not found then\n    return false;\n  end if;\n"),
    ("reap", "    select l.config_id, l.late_failure\n    into overdue\n    from rigger.v_launches l\n"
             "    where l.config_id = overdue.config_id\n      and l.open\n      and l.until < now();\n"
             "    continue when not found;\n")]


def callers_of(function, calls):
    """The functions that come to a function, itself among them."""
    callers = {function}
    while more := {name for name, called in calls.items() if called & callers} - callers:
        callers |= more
    return callers


def locks(words):
    """[(file:line, the functions that come there, the text without it, the text)] of each lock of the SQL
    functions, and of what is looked at again behind one."""
    texts = {os.path.basename(path)[:-4]: read(path)
             for path in sorted(glob.glob(os.path.join(SOURCE, "sql", "functions", "*.sql")))}
    calls = {name: set(re.findall(r"\w+", " ".join(CALLS.findall(text))))
             for name, text in texts.items()}
    found = []
    for name, text in texts.items():
        spans = [match.span() for match in LOCK.finditer(text)]
        for function, again in LOOKED_AT_AGAIN:
            if function == name:
                spans.append((text.index(again), text.index(again) + len(again)))
        for start, end in spans:
            place = f"{name}.sql:{text.count(chr(10), 0, start) + 2}"
            if not words or any(word in place for word in words):
                found.append((place, callers_of(name, calls), text[:start] + text[end:], text))
    return found


def nearness(operations):
    """What games a lock is likely to be missed in first: few rows, much in common."""
    shared = operations[0].objects & operations[1].objects
    return -len([word for word in shared if not word.startswith("chute:")])


def missing_lock(dsn, lock):
    """(games played, the first red one's operations, or None, what is wrong there) without that lock."""
    _, callers, mutated, text = lock
    load(dsn, mutated)
    try:
        concerned = [chosen for chosen in games([])
                     if any(operation.function in callers for operation in chosen)]
        for number, operations in enumerate(sorted(concerned, key=nearness), 1):
            bad = game(dsn, operations)[1]
            if bad:
                return number, operations, bad[0]
        return len(concerned), None, None
    finally:
        load(dsn, text)


def play_locks(databases, arguments):
    """Every lock taken out; the number of those that nothing misses."""
    chosen, missed = locks(arguments.words), 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for (place, *_), (played, operations, bad) in zip(
                chosen, pool.map(lambda lock: borrow(databases, missing_lock, lock), chosen)):
            missed += operations is None
            names = " | ".join(operation.name for operation in operations or [])
            print(f"{'caught' if operations else 'MISSED'} {place} by game {played}: {names}", flush=True)
            if bad:
                print(f"       {bad[0]}\n       {bad[1]}", flush=True)
    return len(chosen), missed


def play_games(databases, arguments):
    """Every game that was asked for; how many there are and how many are red."""
    chosen, red, permutations = games(arguments.words), 0, 0
    play_this = functools.partial(game, every=arguments.every)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for operations, (played, bad) in zip(
                chosen, pool.map(lambda operations: borrow(databases, play_this, operations), chosen)):
            permutations += played
            red += bool(bad)
            names = " | ".join(operation.name for operation in operations)
            print(f"{'red' if bad else 'ok':4} {played:6} {names}", flush=True)
            for permutation, said in bad[:3]:
                print(f"     {permutation}\n       {said}", flush=True)
    print(f"{len(chosen)} games, {permutations} permutations")
    return len(chosen), red


def borrow(databases, play_on, what):
    """play_on(a database of its own for the time, what)."""
    dsn = databases.get()
    try:
        return play_on(dsn, what)
    finally:
        databases.put(dsn)


def main():
    """Plays, prints a line a game or a lock; the status is 1 if a game is red or a lock not missed."""
    parser = argparse.ArgumentParser(prog="./dev interleave")
    parser.add_argument("--jobs", type=int, default=3 * os.cpu_count())
    parser.add_argument("--locks", action="store_true")
    parser.add_argument("--every", action="store_true")
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    stack = Stack(postgres_settings="deadlock_timeout = 20ms\nfsync = off\n")
    started = time.monotonic()
    try:
        databases = prepare(stack, arguments.jobs)
        count, red = (play_locks if arguments.locks else play_games)(databases, arguments)
    finally:
        stack.stop()
    print(f"{time.monotonic() - started:.0f} s")
    print(f"{count - red} passed, {red} failed")
    return 1 if red or not count else 0


if __name__ == "__main__":
    sys.exit(main())
