"""In a database whose locale is Turkish, where lower('I') is a dotless i, a host and a GPU's model are known
again in whatever case they come."""

import os
import subprocess

import pytest

from harness.processes import run
from harness.stack import SOURCE


@pytest.fixture
def turkish(cluster, stack):
    """A migrated database of ours in Turkish, with the fixture of the SQL tests. The locale is ICU's, which
    PostgreSQL of Debian has with it; none of the system's is needed."""
    cluster.execute("drop database if exists rigger", dbname="postgres")
    cluster.execute("create database rigger template template0 locale_provider icu icu_locale 'tr-TR'",
                    dbname="postgres")
    subprocess.run([os.path.join(stack.build, "rigger"), "migrate", "--dsn", cluster.dsn], check=True,
                   capture_output=True, env=stack.responder.environment())
    run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", cluster.dsn, "-f",
         os.path.join(SOURCE, "tests", "harness", "fixture.sql")])
    assert cluster.execute("select lower('I') <> 'i' as turkish")[0]["turkish"]
    return cluster


def test_hosts_and_models_have_no_case_in_turkish(turkish):
    def value(expression):
        return turkish.execute(f"select {expression} as value")[0]["value"]

    turkish.execute("insert into rigger.gpu_models values ('mi300_i', 192, 5, 60);"
                    "select fixture.miner('alice'), fixture.chute('llm', 5, '{\"include\": [\"MI300_I\"]}'),"
                    " fixture.gpu('g', 'alice', 'INFER.example', 'MI300_I');"
                    "select fixture.issue('a', 'alice', 'llm')")
    assert value("(fixture.claim('a', '{g}', 'infer.EXAMPLE', 20001)).refusal") == "none"
    assert value("fixture.store('a', 'g')") == "none"
    assert value("rigger.host_port_is_taken('INFER.example', 20001)") is True
    assert turkish.execute("select host from public.launch_configs where config_id = fixture.config_id('a')"
                           ) == [{"host": "infer.example"}]
    assert value("rigger.gpu_is_allowed('MI300_I', '{\"exclude\": [\"MI300_I\"]}')") is False
