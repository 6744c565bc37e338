"""The shipped systemd unit, held by systemd's own words: which calls it lets through."""

import os
import re
import shutil
import subprocess

import pytest

from harness.stack import SOURCE

UNIT = os.path.join(SOURCE, "systemd", "rigger.service")

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


def analyze(*arguments):
    """systemd-analyze, its outcome."""
    return subprocess.run(["systemd-analyze", "--no-pager", *arguments], capture_output=True, text=True,
                          check=False, env={**os.environ, "SYSTEMD_COLORS": "0"})


def members(group):
    """The calls of a group, those of its groups among them."""
    listed = analyze("syscall-filter", group)
    assert listed.returncode == 0, listed.stderr
    calls = set()
    for line in listed.stdout.splitlines()[1:]:
        word = line.strip()
        if word.startswith("@"):
            calls |= members(word)
        elif re.fullmatch(r"[a-z0-9_]+", word):
            calls.add(word)
    return calls


def allowed():
    """The calls that the unit's lines let through, as systemd.exec(5) reads them: in order, ~ takes away."""
    with open(UNIT, encoding="utf-8") as file:
        lines = re.findall(r"^SystemCallFilter=(.*)$", file.read(), re.MULTILINE)
    calls = set()
    for line in lines:
        words = line.removeprefix("~").split()
        named = set().union(*(members(word) if word.startswith("@") else {word} for word in words))
        calls = calls - named if line.startswith("~") else calls | named
    return calls


def test_a_socket_s_group_can_be_set_on_every_machine():
    """chown(3) is the call chown on x86-64 and fchownat on arm64, where chown does not exist."""
    calls = allowed()
    assert {"chown", "fchown", "fchownat", "lchown"} <= calls
    assert {"setrlimit", "prlimit64", "chmod", "fchmodat", "execve", "mlock"} <= calls
    assert not {"reboot", "init_module", "mount", "setuid", "ptrace", "bpf"} & calls
    with open(UNIT, encoding="utf-8") as file:
        assert re.search(r"^SystemCallFilter=[^~].*@chown", file.read(), re.MULTILINE)


def test_processes_can_confine_themselves_under_the_unit():
    assert {"seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
            "prctl"} <= allowed()


def test_the_unit_is_well_formed_and_closed(tmp_path):
    with open(UNIT, encoding="utf-8") as file:
        text = file.read()
    unit = tmp_path / "rigger.service"
    unit.write_text(text.replace("/usr/sbin/rigger", "/bin/true"))
    verified = analyze("verify", "--recursive-errors=no", str(unit))
    complaints = [line for line in verified.stderr.splitlines() if "rigger.service" in line
                  and "Failed to load configuration" not in line and "man" not in line]
    assert not complaints
    closed = analyze("security", "--offline=true", "--threshold=30", str(unit))
    assert closed.returncode == 0, closed.stdout[-500:] + closed.stderr
