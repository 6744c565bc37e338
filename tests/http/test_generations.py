"""rigger migrate says which generation of the Chutes schema it has found, and makes nothing where that, or
the database itself, is not one that it serves."""

import os
import re
import subprocess

import pytest

from harness import databases
from harness.chutes_database import dump
from harness.client import Api
from harness.stack import Stack

ENV_TYPE = "alter table launch_configs add column env_type varchar not null"


@pytest.fixture
def database(cluster):
    """Makes the database of that name anew, in place of the last one."""
    def make(name, options=""):
        cluster.execute("drop database if exists rigger", dbname="postgres")
        cluster.execute(f"create database rigger {options}", dbname="postgres")
        databases.load(cluster, name)
        return cluster
    return make


def migrate(postgres, stack, *options):
    """`rigger migrate`; what it said and how it ended."""
    return subprocess.run([os.path.join(stack.build, "rigger"), "migrate", "--dsn", postgres.dsn, *options],
                          capture_output=True, text=True, check=False, env=stack.responder.environment())


def assert_untouched(postgres, before):
    """Nothing was made."""
    assert dump(postgres) == before
    assert postgres.execute("select 1 where to_regnamespace('rigger') is not null") == []


@pytest.mark.parametrize("name, generation", [("own", "own"), ("2025-08", "2025-08"),
                                              ("2025-08-fresh", "2025-08")])
def test_a_generation_that_is_served_is_told(database, stack, name, generation):
    postgres = database(name)
    for _ in range(2):
        done = migrate(postgres, stack)
        assert done.returncode == 0 and f"of generation {generation}\n" in done.stdout, done


@pytest.mark.parametrize("name", ["2025-09", "2025-09-fresh"])
def test_without_billing_it_takes_a_word_in_writing(database, stack, name):
    postgres = database(name)
    before = dump(postgres)
    refused = migrate(postgres, stack)
    assert refused.returncode == 1 and "of generation 2025-09\n" in refused.stdout
    assert re.search("does not serve .*instances.billed_to.* billed or paid.*\n.*nothing was made.*\n"
                     ".*--serve-unbilled", refused.stderr), refused.stderr
    assert_untouched(postgres, before)
    assert migrate(postgres, stack, "--serve-unbilled").returncode == 0
    assert postgres.execute("select value from rigger.settings where key = 'serve_unbilled'"
                            ) == [{"value": "2025-09"}]
    again = migrate(postgres, stack)
    assert again.returncode == 0 and "served all the same" in again.stdout


@pytest.mark.parametrize("options", [(), ("--serve-unbilled",)])
def test_where_no_token_can_be_issued_no_word_helps(database, stack, options):
    """Later in 2026 each launch config has an env_type, which Rigger does not write."""
    postgres = database("2025-09")
    postgres.execute(ENV_TYPE)
    before = dump(postgres)
    refused = migrate(postgres, stack, *options)
    assert refused.returncode == 1 and "of generation 2026\n" in refused.stdout
    assert "must not be null: launch_configs.env_type\n" in refused.stderr
    assert "--serve-unbilled" not in refused.stderr
    assert_untouched(postgres, before)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_another_encoding_is_refused(database, stack, encoding):
    postgres = database("own", f"encoding '{encoding}' lc_collate 'C' lc_ctype 'C' template template0")
    before = dump(postgres)
    refused = migrate(postgres, stack)
    assert refused.returncode == 1 and f"encoded in {encoding}, and must be in UTF8" in refused.stderr
    assert_untouched(postgres, before)


def test_readyz_is_503_where_the_database_became_another():
    """The Python service is brought up to date under a Rigger that serves."""
    with Stack(database="2025-08") as running:
        api = Api(running)
        ready = api.request("GET", "/readyz")
        assert (ready.status, ready.json) == (200, {"status": "ready", "generation": "2025-08"})
        running.postgres.execute("alter table instances add column billed_to varchar")
        refused = api.request("GET", "/readyz")
        assert refused.status == 503
        assert re.match("This release does not serve the database: .* instances.billed_to", refused.detail)
        assert migrate(running.postgres, running).returncode == 1
        assert api.request("GET", "/readyz").status == 503
        assert migrate(running.postgres, running, "--serve-unbilled").returncode == 0
        ready = api.request("GET", "/readyz")
        assert (ready.status, ready.json["generation"]) == (200, "2025-09")
