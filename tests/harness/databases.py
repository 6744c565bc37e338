"""The databases that tests run on: ours, which `rigger migrate` makes of an empty one, and those of a Chutes
network, which are there before it comes (tests/harness/chutes/).

Which one a stack gets says its argument, else the environment's RIGGER_TEST_DATABASE (./dev test --database),
else it is ours.
"""

import os

DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "chutes")

# The files that make each, in order. The fresh ones were made in one go and never migrated; the whole suite
# runs on those of SUITE.
AUGUST = ["2025_08.sql", "2025_08_triggers.sql"]
SEPTEMBER = [*AUGUST, "2025_09.sql"]
DATABASES = {
    "own": [],
    "2025-08": AUGUST,
    "2025-09": SEPTEMBER,
    "2025-08-fresh": [*AUGUST, "fresh.sql"],
    "2025-09-fresh": [*SEPTEMBER, "fresh.sql", "2025_09_fresh.sql"],
}
SUITE = ["own", "2025-08", "2025-09"]
VARIABLE = "RIGGER_TEST_DATABASE"


def chosen():
    """The name of the database that the run is on."""
    return os.environ.get(VARIABLE, "own")


def script(name):
    """What makes the database of that name, as SQL; empty for ours."""
    parts = []
    for file in DATABASES[name]:
        with open(os.path.join(DIRECTORY, file), encoding="utf-8") as text:
            parts.append(text.read())
    return "".join(parts)


def migrate_options(name):
    """What `rigger migrate` has to be told there: the billing of September 2025 is not served yet."""
    return ["--serve-unbilled"] if name.startswith("2025-09") else []


def load(postgres, name):
    """Makes an empty database the one of that name."""
    if name != "own":
        postgres.execute(script(name))
