"""GET /instances/token_check and the client's address."""

import uuid
from urllib.parse import quote

import pytest

from harness.stack import Stack
from harness.client import Api


def expected(stack, address, salt=""):
    """The token as Python's own uuid5 makes it."""
    name = f"{address}:{stack.settings['launch']['ip_check_salt']}"
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name + (f":{salt}" if salt else "")))


@pytest.mark.parametrize("salt", [None, "", "abc", "a b&c", "ü☃", "x" * 4000])
def test_the_token_is_made_of_address_and_salts(stack, api, salt):
    query = "" if salt is None else f"?salt={quote(salt)}"
    answer = api.request("GET", f"/instances/token_check{query}")
    assert (answer.status, answer.json) == (200, {"token": expected(stack, "127.0.0.1", salt)})


def test_forwarded_addresses_do_not_count_without_a_trusted_proxy(stack, api):
    answer = api.request("GET", "/instances/token_check", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.json["token"] == expected(stack, "127.0.0.1")


def test_forwarded_addresses_count_through_a_trusted_proxy_from_the_right():
    with Stack(lambda settings: settings["server"].update(trusted_proxies="127.0.0.1, 10.0.0.0/8")) as stack:
        answer = Api(stack).request("GET", "/instances/token_check",
                                    headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 10.1.2.3"})
        assert answer.json["token"] == expected(stack, "203.0.113.9")
