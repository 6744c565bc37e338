"""/openapi.json and /docs/: what is documented is what is enforced, since both come from the same tables."""

import re

import pytest
from jsonschema import Draft202012Validator

OPERATIONS = {
    ("GET", "/instances/launch_config"): "issue_launch_config",
    ("POST", "/instances/launch_config/{config_id}"): "claim_launch_config",
    ("PUT", "/instances/launch_config/{config_id}"): "verify_launch_config",
    ("GET", "/instances/launch_config/{config_id}/activate"): "activate_launch_config",
    ("POST", "/instances/{chute_id}/"): "create_instance",
    ("PATCH", "/instances/{chute_id}/{instance_id}"): "activate_instance",
    ("DELETE", "/instances/{chute_id}/{instance_id}"): "delete_instance",
    ("GET", "/instances/token_check"): "token_check",
}


@pytest.fixture
def document(api):
    """The document."""
    answer = api.request("GET", "/openapi.json")
    assert answer.status == 200 and answer.headers["Content-Type"] == "application/json"
    return answer.json


def operations(document):
    """(method, path, operation) of all."""
    return [(method.upper(), path, operation) for path, methods in document["paths"].items()
            for method, operation in methods.items()]


def test_it_is_openapi_3_1_of_the_eight_endpoints(document, stack):
    assert document["openapi"] == "3.1.0" and document["info"].keys() >= {"title", "version"}
    assert document["servers"] == [{"url": stack.nginx.url}]
    assert {(method, path): operation["operationId"]
            for method, path, operation in operations(document)} == OPERATIONS


def test_every_schema_is_one(document):
    schemas = list(document["components"]["schemas"].values())
    for _, _, operation in operations(document):
        schemas += [parameter["schema"] for parameter in operation["parameters"]]
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        for holder in bodies + list(operation["responses"].values()):
            schemas.append(holder["content"]["application/json"]["schema"])
    assert len(schemas) > 50
    for schema in schemas:
        Draft202012Validator.check_schema(schema)
        for to in re.findall(r"'\$ref': '#/components/schemas/(\w+)'", repr(schema)):
            assert to in document["components"]["schemas"]


def test_every_path_parameter_is_described(document):
    for _, path, operation in operations(document):
        described = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"]
        assert described == re.findall(r"\{(\w+)\}", path)


def test_who_may_ask(document):
    schemes = document["components"]["securitySchemes"]
    signed, token = [{"hotkey": [], "nonce": [], "signature": []}, {"account": []}], [{"launch_token": []}]
    for method, path, operation in operations(document):
        wanted = [] if path.endswith("token_check") else token if "{config_id}" in path else signed
        assert operation["security"] == wanted, (method, path)
        assert {name for together in operation["security"] for name in together} <= schemes.keys()
        assert ("401" in operation["responses"]) == bool(wanted)


def test_bounds_are_those_that_are_enforced(document, api, network):
    claim = document["paths"]["/instances/launch_config/{config_id}"]["post"]
    body = claim["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["gpus", "host", "port_mappings", "env", "code"]
    mappings = body["properties"]["port_mappings"]
    assert (mappings["minItems"], mappings["maxItems"]) == (1, 32)
    port = mappings["items"]["properties"]["internal_port"]
    assert mappings["items"]["properties"]["proto"]["enum"] == ["tcp", "udp", "http"]
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    for value, good in ((port["minimum"], True), (port["minimum"] - 1, False), (port["maximum"], True),
                        (port["maximum"] + 1, False)):
        answer = launch.claim(miner.gpus, host=5, port_mappings=[
            {"internal_port": value, "external_port": 20000, "proto": "tcp"}])
        assert answer.status == 422
        assert (["body", "port_mappings", 0, "internal_port"]
                in [error["loc"] for error in answer.detail]) is not good


def test_the_page_loads_nothing_from_elsewhere(api):
    page = api.request("GET", "/docs/")
    assert page.status == 200 and page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY" and page.headers["X-Content-Type-Options"] == "nosniff"
    assert "//" not in page.text and "onclick" not in page.text and "<style" not in page.text
    for name, kind in re.findall(r'(?:href|src)="([^"]*)"[^>]*?( defer)?>', page.text):
        assert api.request("GET", f"/docs/{name}").status == 200 \
            if not name.startswith("..") else name == "../openapi.json"
        assert kind in ("", " defer")
    script = api.request("GET", "/docs/docs.js")
    assert script.headers["Content-Type"].startswith("text/javascript") and "innerHTML" not in script.text
    assert api.request("GET", "/docs/docs.css").headers["Content-Type"].startswith("text/css")


def test_the_page_without_its_slash(api):
    answer = api.request("GET", "/docs")
    assert answer.status == 307 and answer.headers["Location"] == "/docs/"
