"""Writes what isolationtester plays, and reads what it says.

Every operation of a game is a session with a step for each row that it may stop before and for both ends,
commit and rollback. A session ctl holds an advisory lock for each of them, lets it go, and looks at the
database in the end. The tester knows by itself when a step waits, and goes on with the next one.
"""

import collections
import itertools
import re

# How one permutation ended: {operation's letter: its answer}, the digest of the state, what is wrong with it.
Ending = collections.namedtuple("Ending", "permutation answers state violations rows")

LETTERS = "abc"


def session(letter, lock, operation, rows):
    """A session: the operation, stopped before any of its rows (the one behind the last is its end) or
    nowhere, with both ends."""
    lines = [f"session {letter}", f"setup {{ set application_name = 'player'; }}"]
    for stop in range(rows + 2):
        for end in ("commit", "rollback"):
            lines.append(
                f"step {letter}{stop}{end[0]} {{ begin;"
                f" select set_config('interleave.lock', '{lock}', true) is null as x,"
                f" set_config('interleave.stop', '{stop}', true) is null as y,"
                f" set_config('interleave.row', '0', true) is null as z;"
                f" select 'answer {letter} ' || coalesce(({operation.call})::text, 'null');"
                f" select interleave.pass() is null as x;"
                f" select 'rows {letter} ' || current_setting('interleave.row'); {end}; }}")
    lines.append(f"step {letter}_done {{ rollback; }}")
    return "\n".join(lines)


def spec(operations, rows, aged, permutations):
    """A specification: the sessions of the operations, and these permutations of them."""
    locks = range(1, len(operations) + 1)
    frees = "\n".join(f"step free_{letter} {{ select pg_advisory_unlock({lock});"
                      " select interleave.settle() is null }" for letter, lock in zip(LETTERS, locks))
    return "\n".join([
        "setup { select interleave.reset()" + ("; select interleave.age()" if aged else "") + " }",
        "session ctl",
        "step hold { select " + ", ".join(f"pg_advisory_lock({lock}) is null" for lock in locks) + "; }",
        frees,
        "step check { " + ("select count(*) > 0 from rigger.reap(); " if aged else "") +
        "select 'state ' || md5(interleave.state()) union all select 'violation ' || invariant || ' '"
        " || subject || ' ' || what from interleave.violations()" +
        (" where invariant <> 8" if aged else "") +
        "; select pg_advisory_unlock_all() is null; }",
        *(session(letter, lock, operation, count)
          for letter, lock, operation, count in zip(LETTERS, locks, operations, rows)),
        *(f"permutation {' '.join(steps)}" for steps in permutations)]) + "\n"


def dones(letters):
    """The steps that wait until these are through, and look."""
    return [*(f"{letter}_done" for letter in letters), "check"]


def serial_permutations(count):
    """Each subset of the operations, none too, one after the other, in each order."""
    letters = LETTERS[:count]
    return [[step for letter in order for step in (f"{letter}0c", f"{letter}_done")] + ["check"]
            for size in range(count + 1)
            for order in itertools.permutations(letters, size)]


def stopped_permutations(rows, ends, every):
    """Every order in which the operations start, all but the last stopped before each of its rows and behind
    them, and every order in which they go on. What one writes no other sees before it commits, so a stop of
    the last one too would show nothing but other lock waits; `every` asks for those as well."""
    letters = LETTERS[:len(rows)]
    for starts in itertools.permutations(range(len(rows))):
        stopped = starts if every else starts[:-1]
        for stops in itertools.product(*(range(1, rows[place] + 2) for place in stopped)):
            stop = dict(zip(stopped, stops))
            for frees in itertools.permutations(stopped):
                for chosen in ends:
                    yield ["hold",
                           *(f"{letters[place]}{stop.get(place, 0)}{chosen[place]}" for place in starts),
                           *(f"free_{letters[place]}" for place in frees), *dones(letters)]


def endings(text):
    """What the tester printed, permutation by permutation."""
    for part in text.split("\nstarting permutation: ")[1:]:
        first, _, rest = part.partition("\n")
        found = collections.defaultdict(list)
        answers = dict(re.findall(r"^answer (\w) (.*?) *$", rest, re.MULTILINE))
        for word, value in re.findall(r"^(state|violation) (.*?) *$", rest, re.MULTILINE):
            found[word].append(value)
        errors = re.findall(r"^(?:ERROR|FATAL): .*$", rest, re.MULTILINE)
        rows = {letter: int(count)
                for letter, count in re.findall(r"^rows (\w) (\d+) *$", rest, re.MULTILINE)}
        yield Ending(first, answers, "".join(found["state"]), found["violation"] + errors, rows)
