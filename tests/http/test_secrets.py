"""No program prints a piece of a secret: not of one that is written badly, nor in the wrong place.

libpq's messages quote what they do not understand of a connection string, and getopt's the whole of an
option. Every string here holds the password `geheim`, or a piece of one, at a place where it would be quoted.
"""

import os
import subprocess

import pytest

SECRET = "geheim"

MALFORMED = [
    f"host=127.0.0.1 password=my {SECRET}",
    f"host=127.0.0.1 password=my {SECRET}=x user=u",
    f"host=127.0.0.1 password='my'{SECRET}' user=u",
    f"host=127.0.0.1 password='my {SECRET} user=u",
    f"user=u port={SECRET}",
    SECRET,
    f"dbname=postgres://u:{SECRET}@127.0.0.1/d host=127.0.0.1 port=1",
    f"postgresql://u:p%zz{SECRET}@127.0.0.1/d",
    f"postgresql://u:p%00{SECRET}@127.0.0.1/d",
    f"postgresql://u:p@{SECRET}@127.0.0.1/d",
    f"postgresql://u:p/{SECRET}@127.0.0.1/d",
    f"postgresql://u:1/{SECRET}@127.0.0.1/d",
    f"postgresql://u:{SECRET}",
    f"postgresql://127.0.0.1:1/d?password=a&{SECRET}",
    f"postgresql://127.0.0.1:1/d?password=a&b{SECRET}=c",
]

# Well written, at a port where nobody listens: libpq's own message is shown, and has no password in it.
UNREACHABLE = [
    f"host=127.0.0.1 port=1 user=u password={SECRET}",
    f"postgresql://u:{SECRET}@127.0.0.1:1/d",
]


def run(stack, program, *arguments, **variables):
    """One program, without a configuration of anybody's; its outcome."""
    return subprocess.run([os.path.join(stack.build, program), *arguments], capture_output=True, text=True,
                          check=False, stdin=subprocess.DEVNULL,
                          env={**stack.responder.environment(), **variables})


def assert_silent(done):
    """It failed, said something, and nothing of the secret."""
    said = done.stdout + done.stderr
    assert done.returncode != 0 and said.strip()
    assert SECRET not in said.lower(), said


@pytest.mark.parametrize("dsn", MALFORMED + UNREACHABLE)
def test_no_program_prints_a_piece_of_a_password(stack, dsn):
    assert_silent(run(stack, "rigger", "migrate", "--dsn", dsn))
    assert_silent(run(stack, "riggerctl", "status", "--dsn", dsn))
    assert_silent(run(stack, "riggerctl", "chutes", f"--dsn={dsn}"))


@pytest.mark.parametrize("dsn", MALFORMED)
@pytest.mark.parametrize("command", ["check-config", "dump-config", "migrate", "serve"])
def test_a_configuration_with_a_malformed_dsn_is_refused_unquoted(stack, command, dsn):
    done = run(stack, "rigger", command, "--config", stack.responder.config, RIGGER_DATABASE_DSN=dsn)
    assert done.returncode == 78, done.stderr
    assert "[database] dsn: not a connection" in done.stderr
    assert_silent(done)


@pytest.mark.parametrize("dsn", UNREACHABLE)
def test_a_dumped_dsn_has_no_password(stack, dsn):
    done = run(stack, "rigger", "dump-config", "--config", stack.responder.config, RIGGER_DATABASE_DSN=dsn)
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert "********" in done.stdout


def test_the_environment_s_password_is_not_printed(stack):
    for program, command in (("rigger", "migrate"), ("riggerctl", "status")):
        assert_silent(run(stack, program, command, "--dsn", "host=127.0.0.1 port=1 user=u",
                          PGPASSWORD=SECRET))
    # libpq takes these for what a connection string leaves out.
    assert_silent(run(stack, "rigger", "migrate", "--dsn", "host=127.0.0.1 port=1", PGPASSWORD=SECRET,
                      PGSERVICE="nowhere"))


@pytest.mark.parametrize("program, arguments", [
    ("rigger", ["migrate", f"--dns=postgres://u:{SECRET}@h/d"]),
    ("rigger", ["migrate", f"--dsn=postgres://u@h{SECRET}:x", f"postgres://u:{SECRET}@h"]),
    ("riggerctl", ["status", f"--dns=postgres://u:{SECRET}@h/d"]),
    ("riggerctl", ["status", f"--json=postgres://u:{SECRET}@h/d"]),
    ("riggerctl", [f"--dsn=postgres://u:{SECRET}@h/d", "status"]),
    ("riggerctl", [f"postgres://u:{SECRET}@h/d"]),
    ("riggerctl", ["keygen", f"--sede={SECRET}"]),
    ("riggerctl", ["keygen", f"--seed={SECRET}"]),
    ("riggerctl", ["sign", f"--seedfile={SECRET}", "GET", "/"]),
    ("rigger-miner", [f"--sede={SECRET}"]),
    ("rigger-miner", [f"--s={SECRET}"]),
    ("rigger-miner", [f"--seed={SECRET}"]),
])
def test_a_mistyped_option_is_not_shown_with_its_value(stack, program, arguments):
    assert_silent(run(stack, program, *arguments))


def test_the_example_s_placeholder_is_no_validator(stack):
    """docs/install.md shows `validator_ss58 = 5…`: copied, it is refused by name."""
    done = run(stack, "rigger", "check-config", "--config", stack.responder.config,
               RIGGER_LAUNCH_VALIDATOR_SS58="5…")
    assert done.returncode == 78
    assert "[launch] validator_ss58: not the address of a hotkey" in done.stderr
