"""Fixtures: one stack for the whole run, a clean network for each test, and invariants checked after each."""

import os
import tempfile

import pytest

from harness.chance import SEED
from harness.client import Api
from harness.postgres import Postgres
from harness.stack import Stack


def pytest_terminal_summary(terminalreporter):
    """How to draw the same again."""
    terminalreporter.write_line(f"RIGGER_TEST_SEED={SEED}")


def pytest_collection_modifyitems(items):
    """The file that takes longest comes first: files are shared out in their order, and whoever gets it last
    would be waited for."""
    items.sort(key=lambda item: item.path.name != "test_under_faults.py")


@pytest.fixture(scope="session")
def stack():
    """PostgreSQL, responder and nginx, shared by the tests that do not harm them."""
    with Stack() as running:
        yield running


@pytest.fixture(scope="module")
def cluster():
    """A PostgreSQL alone, for databases that are not of our making."""
    with tempfile.TemporaryDirectory(prefix="rigger-") as directory:
        os.chmod(directory, 0o755)
        postgres = Postgres(directory)
        postgres.create()
        yield postgres
        postgres.stop()


@pytest.fixture
def network(stack):
    """The makers of rows; ids are new, so tests do not see each other's."""
    return stack.network


@pytest.fixture
def api(stack):
    """The endpoints as functions, through nginx."""
    return Api(stack)


@pytest.fixture(autouse=True)
def invariants(request):
    """rigger.check_invariants() is empty after every test that used the shared stack."""
    yield
    if "stack" in request.fixturenames:
        assert request.getfixturevalue("stack").postgres.query(
            "select * from rigger.check_invariants()") == []


@pytest.fixture
def place(tmp_path_factory):
    """A directory that www-data may walk into."""
    path = tmp_path_factory.mktemp("place")
    for directory in (path, *path.parents):
        if str(directory) == tempfile.gettempdir():
            break
        os.chmod(directory, 0o755)
    return path
