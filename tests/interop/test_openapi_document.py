"""The OpenAPI document by a validator of others, and requests generated from it by another."""

import os
import subprocess
import sys

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from harness.client import Api
from harness.stack import Stack


@pytest.fixture(scope="module")
def running():
    """A stack of its own."""
    with Stack() as stack:
        yield stack


def test_the_document_is_valid(running):
    errors = list(OpenAPIV31SpecValidator(Api(running).request("GET", "/openapi.json").json).iter_errors())
    assert errors == []


def test_generated_requests_get_what_is_documented(running):
    tool = os.path.join(os.path.dirname(sys.executable), "schemathesis")
    done = subprocess.run(
        [tool, "run", f"{running.nginx.url}/openapi.json", "--tls-verify",
         running.nginx.certificate, "--checks",
         "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
         "--max-examples", "50", "--phases", "examples,coverage,fuzzing"],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert running.postgres.execute("select * from rigger.check_invariants()") == []
