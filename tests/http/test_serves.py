"""docs/serves.md, which says what each release serves and what was run to know it, is so where that can be
looked up: thresholds, databases, versions of the SDK, files."""

import os
import re

from harness import databases
from harness.stack import SOURCE


def read(path):
    """A file of the repository."""
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


def numbers(version):
    """A version that compares."""
    return tuple(map(int, version.split(".")))


def table(heading):
    """The rows of the table that begins with that cell, the head first; each a list of cells."""
    text = read("docs/serves.md")
    start = text.index(f"| {heading} |")
    lines = text[start:].split("\n\n", 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if "|---" not in line]


def versions(text):
    """The versions of the SDK that a text names."""
    return re.findall(r"\b\d+\.\d+\.\d+\b", text)


def test_the_ranges_begin_at_the_thresholds():
    thresholds = set(re.findall(r"version_parts\('([\d.]+)'\)", read("sql/functions/sdk_features.sql")))
    begins = [versions(row[0])[0] for row in table("SDK")[1:] if not row[0].startswith("before")]
    assert begins == sorted(thresholds | {"0.3.61"}, key=numbers)
    assert table("SDK")[1][0] == f"before {begins[0]}"


def test_the_databases_are_those_of_the_suite_and_the_one_that_is_refused():
    assert [name.strip("`") for name in table("SDK")[0][1:]] == [*databases.SUITE, "2026"]
    for name, cells in zip(databases.SUITE, list(zip(*table("SDK")[1:]))[1:], strict=False):
        unbilled = "--serve-unbilled" in databases.migrate_options(name)
        assert {cell.split(";")[0] for cell in cells} == {"unbilled" if unbilled else "served", "not served"}


def test_the_versions_that_led_a_life_are_those_of_the_interop_tests_each_in_its_range():
    source = read("tests/interop/test_sdk.py")
    run = {version for listed in re.findall(r'parametrize\("sdk", \[(.*?)\]', source)
           for version in versions(listed)}
    rows = table("SDK")[1:]
    begins = [(0,), *(numbers(versions(row[0])[0]) for row in rows[1:]), (9,)]
    told = []
    for row, begin, end in zip(rows, begins[:-1], begins[1:], strict=True):
        told += versions(row[1])
        assert all(begin <= numbers(version) < end for version in versions(row[1])), row
    assert len(told) == 8 and set(told) == run
    # Those tests run on our own database.
    assert versions("".join(cell for row in rows for cell in row[2:])) == []


def test_what_is_run_is_there():
    rows = table("what")[1:]
    files = [row[1].strip("`") for row in rows]
    assert len(files) > 8 and [file for file in files if not os.path.exists(os.path.join(SOURCE, file))] == []
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row[2])}
    assert named == {*databases.SUITE, "2026"}
