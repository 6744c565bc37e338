"""Takes each rule out of the C sources, one at a time, and sees the unit tests of its
folder fail: ./dev mutate c.

A rule is marked where it stands, `rule: ID` in a comment, and described in tools.mutate_c_rules; a mark
without a mutation, or a mutation without its mark, ends the run. Only the one object is compiled, beside the
build, and linked with the build's own: no file of the tree or of the build is touched. A rule is caught by a
failed assertion; a test that is killed, ends early or runs into its time limit catches nothing, and a
mutation that does not compile is an error.

    ./dev mutate c [--jobs N] [WORD ...]      the rules whose id or file has one of the words
"""

import argparse
import concurrent.futures
import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile

from harness.stack import BUILD, SOURCE
from tools.mutate_c_rules import MANY, RULES

UNIT = os.path.join(SOURCE, "tests", "unit")
MARK = re.compile(r"rule: ([a-z0-9_]+\.[a-z0-9_]+)")
NEAR = 700  # characters between a mark and its text, at most
CRASH = re.compile(r": (Received signal|Early exit|Test timeout|Test ended)")


def read(path):
    """A file's text; what a test prints need not be UTF-8."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def marks():
    """{id: [files with its mark]}"""
    found = {}
    for path in glob.glob(os.path.join(SOURCE, "src", "**", "*.[ch]"), recursive=True):
        for name in MARK.findall(read(path)):
            found.setdefault(name, []).append(os.path.relpath(path, os.path.join(SOURCE, "src")))
    return found


def find_mark(text, name):
    """Where a rule's mark ends."""
    return re.search(rf"rule: {re.escape(name)}(?![a-z0-9_.])", text).end()


def replace(text, rule, at, old, new):
    """text with the first old behind `at` replaced."""
    begin = text.find(old, at)
    if begin < 0:
        sys.exit(f"mutate: {rule}: its file has no {old!r} behind its mark")
    return text[:begin] + new + text[begin + len(old):], begin - at


def mutations():
    """[(id, file, mutated text)]; ends the program where marks and rules do not fit."""
    found, wanted = marks(), {rule[0]: rule[1] for rule in RULES}
    for name, files in found.items():
        if len(files) != 1:
            sys.exit(f"mutate: rule {name} is marked {len(files)} times: {', '.join(files)}")
        if name not in wanted and name not in MANY:
            sys.exit(f"mutate: rule {name} of {files[0]} has no mutation in tools.mutate_c_rules")
    made = []
    if len(wanted) != len(RULES):
        sys.exit("mutate: a rule stands twice in tools.mutate_c_rules")
    for name, path, *pairs in RULES:
        if found.get(name) != [path]:
            sys.exit(f"mutate: rule {name} is not marked in src/{path}")
        text = read(os.path.join(SOURCE, "src", path))
        at = find_mark(text, name)
        for i in range(0, len(pairs), 2):
            text, distance = replace(text, name, at, pairs[i], pairs[i + 1])
            if distance > NEAR and i == 0:
                sys.exit(f"mutate: rule {name}: its text stands far from its mark in src/{path}")
        made.append((name, path, text))
    for name, pattern in MANY.items():
        (path,) = found.get(name) or [None]
        text = read(os.path.join(SOURCE, "src", path))
        at = find_mark(text, name)
        for match in re.finditer(pattern, text[at:]):
            row = match.group(0)
            made.append((f"{name} {row}", path, text[:at] + text[at:].replace(row, "", 1)))
    return made


def make_variables():
    """The build's own commands: (compile, link)."""
    command = ["make", "--no-print-directory", "-s", "-C", BUILD, "--eval",
               "print-commands:;@echo '$(COMPILE)'; echo '$(CCLD) $(unit_tests_CFLAGS)"
               " $(CFLAGS) $(AM_LDFLAGS) $(unit_tests_LDFLAGS) $(LDFLAGS) "
               "$(unit_tests_OBJECTS) MUTATED $(unit_tests_LDADD) $(LIBS)'", "print-commands"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return shlex.split(lines[0]), shlex.split(lines[1])


def suites_of(path):
    """The names of the Check suites of a source's folder; those of its own test first."""
    folder, name = os.path.dirname(path), os.path.basename(path)[:-2]
    files = sorted(glob.glob(os.path.join(UNIT, folder, "*.c")), key=lambda file: f"test_{name}" not in file)
    return [suite for file in files for suite in re.findall(r'suite_create\("([^"]+)"\)', read(file))]


def run_suite(program, suite, directory):
    """(failed assertion or None, what else went wrong or None) of one suite."""
    log = os.path.join(directory, "tap")
    environment = {**os.environ, "CK_RUN_SUITE": suite, "CK_TAP_LOG_FILE_NAME": log, "CK_VERBOSITY": "silent",
                   "CK_DEFAULT_TIMEOUT": "20"}
    subprocess.run([program], env=environment, capture_output=True, check=False, timeout=600)
    crash = None
    for line in read(log).splitlines() if os.path.exists(log) else []:
        if line.startswith("not ok"):
            if not CRASH.search(line):
                return line.split(" - ", 1)[1], None
            crash = crash or line.split(" - ", 1)[1]
    return None, crash


def build(compile_command, link_command, path, text, directory):
    """The unit tests with this text in place of the file."""
    source, program = os.path.join(directory, os.path.basename(path)), os.path.join(directory, "unit_tests")
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    made = subprocess.run([*compile_command, "-O0", "-w", f"-I{SOURCE}/src/{os.path.dirname(path)}",
                           "-c", "-o", source + ".o", source],
                          cwd=BUILD, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        sys.exit(f"mutate: src/{path} without the rule does not compile:\n{made.stderr}")
    # The object comes before the library, so the library's own is not taken.
    command = [source + ".o" if word == "MUTATED" else word for word in link_command]
    linked = subprocess.run([*command, "-o", program], cwd=BUILD, capture_output=True, text=True, check=False)
    if linked.returncode != 0:
        sys.exit(f"mutate: src/{path} without the rule does not link:\n{linked.stderr}")
    return program


def try_out(commands, mutation):
    """(id, caught by, what else went wrong)"""
    name, path, text = mutation
    crash = None
    with tempfile.TemporaryDirectory() as directory:
        program = build(*commands, path, text, directory)
        for suite in suites_of(path):
            caught, crashed = run_suite(program, suite, directory)
            if caught:
                return name, caught, None
            crash = crash or crashed
    return name, None, crash


def check_whole(chosen):
    """The suites concerned pass as it is."""
    program = os.path.join(BUILD, "unit_tests")
    for suite in sorted({suite for _, path, _ in chosen for suite in suites_of(path)}):
        with tempfile.TemporaryDirectory() as directory:
            caught, crash = run_suite(program, suite, directory)
        if caught or crash:
            sys.exit(f"mutate: red as it is: {caught or crash}")


def main():
    """All rules, or those with one of the words; the status is 1 if one is missed."""
    parser = argparse.ArgumentParser(prog="./dev mutate c")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    chosen = [mutation for mutation in mutations()
              if not arguments.words
              or any(word in f"{mutation[0]} {mutation[1]}" for word in arguments.words)]
    commands = make_variables()
    check_whole(chosen)
    missed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for name, caught, crash in pool.map(lambda mutation: try_out(commands, mutation), chosen):
            missed += caught is None
            print(f"{'caught' if caught else 'MISSED':7} {name:30} {caught or crash or 'no test'}",
                  flush=True)
    print(f"C: {len(chosen)} mutations, {len(chosen) - missed} caught, {missed} missed")
    return 1 if missed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
