"""The examples of docs/administrators.md do what they say, as a role of rigger_admin."""

import os
import re
import shlex
import subprocess

import pytest

from harness.client import Api
from harness.stack import SOURCE

with open(os.path.join(SOURCE, "docs/administrators.md"), encoding="utf-8") as file:
    DOCUMENT = file.read()
BLOCKS = re.findall(r"^```(sql|sh)\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
STATEMENTS = [" ".join(statement.split()) for kind, block in BLOCKS if kind == "sql"
              for statement in block.split(";\n") if statement.strip()]
COMMANDS = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]


@pytest.fixture(scope="module")
def administrator(stack):
    """A hot instance to speak of, and who may."""
    stack.postgres.execute("create role alice login in role rigger_admin")
    api, network = Api(stack), stack.network
    miner, chute = network.miner(gpus=1), network.chute(target=3)
    launch = api.launch(miner, chute)
    assert launch.claim(miner.gpus).status == 200
    names = {"CHUTE": chute, "HOTKEY": miner.hotkey, "INSTANCE": launch.verify().json["instance_id"]}

    def fill(text):
        for name, value in names.items():
            text = text.replace(name, value)
        return text

    yield fill
    stack.postgres.execute("delete from rigger.settings where key = 'environment_rules'")


def test_there_are_examples():
    assert len(STATEMENTS) >= 15 and len(COMMANDS) >= 5


@pytest.mark.parametrize("statement", STATEMENTS)
def test_sql(stack, administrator, statement):
    rows = stack.postgres.execute(administrator(statement.removesuffix(";")), user="alice")
    assert "check_invariants" not in statement or rows == []
    if re.match(r"select rigger\.(set_target|blacklist|evict)", statement):
        assert list(rows[0].values()) == [True]


@pytest.mark.parametrize("command", COMMANDS)
def test_riggerctl(stack, administrator, command):
    program, *arguments = shlex.split(administrator(command), comments=True)
    done = subprocess.run([os.path.join(stack.build, program), *arguments, "--dsn",
                           stack.postgres.dsn_of("alice")],
                          capture_output=True, text=True, check=False, env=stack.responder.environment())
    assert done.returncode == 0, done.stderr


def test_every_view_and_every_function_that_steers_is_in_it(stack):
    for row in stack.postgres.execute(
            "select c.relname as name from pg_class c where relnamespace = 'rigger'::regnamespace"
            " and relkind = 'v' union"
            " select proname from pg_proc p where pronamespace = 'rigger'::regnamespace"
            " and has_function_privilege('rigger_admin', p.oid, 'execute')"
            " and not has_function_privilege('rigger_app', p.oid, 'execute')"):
        assert row["name"] in DOCUMENT or row["name"] == "status", row["name"]
