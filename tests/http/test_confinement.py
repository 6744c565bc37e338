"""Running processes are confined, and each has the secrets that it needs alone. What a confined process
cannot do is tried in tests/unit/confine/."""

import os
import re

import pytest

from harness.announced import VALIDATOR_SEED, settings_of
from harness.client import Api
from harness.processes import wait_for
from harness.stack import Stack

LAUNCH_SECRET = "a launch secret that the tests look for in memory"
SALT = "a salt that the tests look for in memory"


def change(settings):
    """One process of each kind, and secrets that can be looked for."""
    settings_of(None)(settings)
    settings["server"].update(fast_workers=1, slow_workers=1)
    settings["launch"].update(launch_secret=LAUNCH_SECRET, ip_check_salt=SALT)
    settings["background"].update(verifiers=1)


@pytest.fixture(scope="module")
def confined():
    """A stack with one process of each kind."""
    with Stack(change) as stack:
        yield stack


def processes(stack):
    """{kind: its process}: the master forks them in this order."""
    return dict(zip(("fast", "slow", "background", "verifier", "programs"), stack.responder.workers(),
                    strict=True))


def status_of(pid):
    """/proc/PID/status as a dictionary."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return dict(line.rstrip("\n").split(":\t", 1) for line in status)


def holds(pid, wanted):
    """True if the bytes stand anywhere in what the process can read of its memory."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            start, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (....)", line).groups()
            if rights[0] != "r":
                continue
            memory.seek(int(start, 16))
            try:
                if wanted in memory.read(int(end, 16) - int(start, 16)):
                    return True
            except (OSError, ValueError):
                continue  # the kernel's own pages
    return False


def test_every_process_but_the_master_is_confined_before_its_first_request(confined):
    said = "processes are not confined: this build cannot" in confined.responder.log()
    if said:
        pytest.skip("this build cannot confine")
    for kind, pid in processes(confined).items():
        wait_for(lambda pid=pid: status_of(pid)["Seccomp"] == "2", f"the filter of {kind}")
        assert status_of(pid)["NoNewPrivs"] == "1", kind
    assert status_of(confined.responder.process.pid)["Seccomp"] == "0"


def settled(stack):
    """Its processes, once each is past its start."""
    api = Api(stack)
    assert api.request("GET", "/readyz").status == 200
    wait_for(lambda: holds(processes(stack)["verifier"], VALIDATOR_SEED.encode()), "the verifier's seed")
    return processes(stack)


KEPT = {
    VALIDATOR_SEED: {"verifier"},
    LAUNCH_SECRET: {"fast", "slow"},
    SALT: {"fast"},
}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into a process")
@pytest.mark.parametrize("secret", KEPT)
def test_a_secret_is_in_the_memory_of_those_processes_that_need_it_and_of_no_other(confined, secret):
    running = settled(confined)

    def keepers():
        return {kind for kind, pid in running.items() if holds(pid, secret.encode())}
    wait_for(lambda: keepers() == KEPT[secret], f"nobody else to have it: {keepers()}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into a process")
def test_the_seed_s_bytes_are_in_no_worker_either(confined):
    running = settled(confined)
    for kind in ("fast", "slow", "background", "programs"):
        assert not holds(running[kind], bytes.fromhex(VALIDATOR_SEED)), kind


def test_processes_are_renewed_when_a_file_that_they_may_read_is_replaced(monkeypatch, tmp_path):
    """A permission is one for a file, not for its name: after a rename nobody could read the new one."""
    passwords = tmp_path / "passwords"
    passwords.write_text("")
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    with Stack(change) as stack:
        if "Landlock is missing" in stack.responder.log():
            pytest.skip("this kernel has no Landlock")
        before = processes(stack)
        (tmp_path / "new").write_text("")
        (tmp_path / "new").rename(passwords)
        for kind in ("fast", "slow", "background", "verifier"):
            wait_for(lambda kind=kind: before[kind] not in stack.responder.workers(), f"another {kind}")
        stack.responder.wait_for_log("they are renewed")
        assert Api(stack).request("GET", "/readyz").status == 200
        assert "ended with status" not in stack.responder.log()


def test_a_setting_turns_confinement_off_and_the_log_says_so(confined):
    with confined.responder.having("server", confine="false"):
        assert {status_of(pid)["Seccomp"] for pid in confined.responder.workers()} == {"0"}
        confined.responder.wait_for_log("processes are not confined: [server] confine is false")
        assert Api(confined).request("GET", "/readyz").status == 200
