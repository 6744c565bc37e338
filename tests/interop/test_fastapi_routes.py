"""Paths and methods that are not ours are answered as FastAPI answers them: redirected, 405 or 404."""

import itertools
import re
import urllib.parse

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from harness.client import Api
from harness.routes import filled, routes
from harness.stack import Stack

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
OURS = [(method, path) for method, path, _ in routes() if path.startswith("/instances")]


@pytest.fixture(scope="module")
def api():
    """A client of a stack of its own."""
    with Stack() as stack:
        yield Api(stack)


@pytest.fixture(scope="module")
def theirs():
    """FastAPI with the same routes, which answer nothing in particular."""
    app = FastAPI()
    for method, path in OURS:
        def answer():
            return {}

        app.add_api_route(path, answer, methods=[method])
    return TestClient(app, follow_redirects=False)


def paths():
    """Each route's path, filled in, the same with a slash more or less, and a few that are none."""
    known = sorted({filled(path) for _, path in OURS})
    slashed = [path[:-1] if path.endswith("/") else path + "/" for path in known]
    return [*known, *slashed, "/instances", "/instances/", "/instances/x", "/instances/a/b/c",
            "/instances//x"]


def told(status, headers):
    """What is compared: whether it is a route, and else the refusal. FastAPI names one method of a path."""
    location = urllib.parse.urlsplit(headers.get("Location", ""))
    return (status, f"{location.path}?{location.query}") if status == 307 else \
        (status,) if status in (404, 405) else ("a route",)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_no_route_is_answered_alike(api, theirs, method):
    for path in paths():
        target = path + "?a=%20b&chute_id=x"
        ours, other = api.request(method, target), theirs.request(method, target)
        # On purpose: `GET /instances/token_check/` is known there for POST, as a chute of that name.
        if ours.status == 307 and (method, path.rstrip("/")) in OURS:
            assert other.status_code == 405
            continue
        assert told(ours.status, ours.headers) == told(other.status_code, other.headers), (path, ours, other)
        if ours.status == 405:
            assert set(re.split(", *", other.headers["Allow"])) <= set(re.split(", *", ours.headers["Allow"]))
