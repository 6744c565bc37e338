#!/usr/bin/env python3
"""Writes tests/vectors/pydantic.json: what FastAPI with pydantic 2 makes of good and bad requests.

The models below mirror the tables of tests/unit/http/test_fields.c by name; the C test holds http/fields to
every case. Run with Python 3.11 (later ones word some JSON errors differently):

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install 'pydantic>=2,<3' fastapi httpx
    /tmp/venv/bin/python tests/tools/make_pydantic_vectors.py > tests/vectors/pydantic.json
"""

import inspect
import json
from importlib.metadata import version
from typing import Annotated, Literal

from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from pydantic import BaseModel, BeforeValidator, Field, create_model
from pydantic_core import PydanticKnownError

Port = Annotated[int, Field(ge=22, le=65535)]


def lower(value):
    """A protocol is a text first: the network's own model says str."""
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    return value.lower()


Lower = BeforeValidator(lower)
Protocol = Annotated[Literal["tcp", "udp", "http"], Lower]


class Gpu(BaseModel):
    uuid: str


def dictionary(value):
    """The network's own model says list[dict], so what is no object is no dictionary."""
    if not isinstance(value, dict):
        raise PydanticKnownError("dict_type")
    return value


class PortMapping(BaseModel):
    internal_port: Port
    external_port: Port
    proto: Protocol


class Claim(BaseModel):
    gpus: list[Annotated[Gpu, BeforeValidator(dictionary)]]
    host: str
    port_mappings: Annotated[list[PortMapping], Field(min_length=1, max_length=32)]
    env: str
    code: str
    fsv: str | None = None


class Announce(BaseModel):
    node_ids: list[str]
    host: str
    port: Annotated[int, Field(ge=1, le=65535)]


class Activate(BaseModel):
    active: bool


class Inner(BaseModel):
    a: int


class Search(BaseModel):
    chute_id: str
    port: Port
    flag: bool | None = None
    text: str | None = None


def holder(annotation, default=...):
    return create_model("Holder", value=(annotation, default))


BODIES = {
    "integer": holder(int),
    "port": holder(Port),
    "floor": holder(Annotated[int, Field(ge=0)]),
    "default_integer": holder(int, 7),
    "nullable_integer": holder(int | None, None),
    "boolean": holder(bool),
    "text": holder(str),
    "short_text": holder(Annotated[str, Field(min_length=2, max_length=3)]),
    "letter": holder(Annotated[str, Field(min_length=1, max_length=1)]),
    "nullable_text": holder(str | None, None),
    "null_or_text": holder(str | None),
    "integers": holder(Annotated[list[int], Field(min_length=1, max_length=2)]),
    "pair_or_more": holder(Annotated[list[str], Field(min_length=2)]),
    "one_at_most": holder(Annotated[list[str], Field(max_length=1)]),
    "dictionary": holder(dict),
    "object": holder(Inner),
    "choice": holder(Protocol),
    "two_choices": holder(Annotated[Literal["up", "down"], Lower]),
    "one_choice": holder(Annotated[Literal["only"], Lower]),
    "claim": Claim,
    "announce": Announce,
    "activate": Activate,
}

BIG = 10**20
KINDS = ["x", "", 0, 1, -3, 2.0, 2.5, True, False, None, [], [1], {}, {"a": 1}, BIG]
INTEGERS = [
    8000, 8000.0, 8000.5, 1e3, 1e18, 1e19, BIG, -BIG, 9223372036854775807, -9223372036854775808,
    9223372036854775807.0, -9223372036854775808.0, -9223372036854775808.5, 1e300, 0.1,
    -0.0, -7.0, "8000", " 8000 ", "\n5\t", "5\u000b", "5\u000c", "8_000", "+5", "-5",
    "0x10", "9223372036854775807", "-9223372036854775808", "true", "abc", "8000.0", "8000.",
    "8000.000", "8000.5", ".0", "0.0", "-0.0", "1_000.0", "1.0_0", "+-5", "-+5", "--5",
    "++5", "0005", "-0005", "- 5", "+ 5", "1__0", "_1", "1_", "-_1", "+_1", "0_1", "_",
    "-", "+", "+0", "-0", "0_0", "0_", "0__0", "00__1", "-0__1", "0_.0", "0_5.0", "5__0.0", "5_.0",
    "5 .0", "5.0 ", "5.0.0", "5.0x", "1e3", "1 0", "00000_5", "\u0663", "\u00a05\u00a0",
    "\u20035", "\u20095", "\u200a5", "\u200b5", "5\u200b", "\u16805", "5\u3000", "\u20285\u2029",
    "\u202f5\u205f", "\u00855", "5\u001f", "\ufeff5", "5\u180e", "\u0000"[:0] + "5",
]
PORTS = [21, 22, 65535, 65536, 10**30, -(10**30), "70000", "1", "22", True, 1e19, 21.0,
         65536.5, "9" * 30, "-" + "9" * 30]
BOOLEANS = [
    -1, 0.0, 1.0, 0.5, -0.0, 1e19, "TRUE", "True", "tRuE", "t", "T", "true", "false",
    "FALSE", "yes", "Y", "on", "ON", "off", "OFF", "1", "0", "f", "n", "N", "no", "No",
    " true", "true ", "2", "1.0", "ye", "-1", "01",
]
TEXTS = ["a", "ab", "abc", "abcd", "\u00e9\u00e9", "\u00e9", "\U0001f600" * 4, "\U0001f600", "\U0001f600" * 3]
LISTS = [[1, 2], [1, 2, 3], ["a"], ["a", 2, "b"], [1, 2, "c"], [None, "2"], [[1], [2]], {"0": 1}, "12"]
CHOICES = ["tcp", "TCP", "Http", "uDP", "tcpp", "tc", "up", "DOWN", "only", "it's"]
MAPPING = {"internal_port": 8000, "external_port": 30000, "proto": "TCP"}
CLAIM = {"gpus": [{"uuid": "g"}], "host": "h", "port_mappings": [MAPPING], "env": "e",
         "code": "c", "fsv": None}

# Whole bodies, as text: other than objects, not quite JSON, numbers in forms that json.dumps never writes.
DOCUMENTS = [
    "", "null", "[]", "[{\"value\": 1}]", "1", "-0", "1.5", "\"x\"", "true", "{}", " {} ",
    "\r\n\t{\"value\":\"5\"}\n", "{\"value\":1E3}", "{\"value\":1e0}", "{\"value\":-0}",
    "{\"value\":1e-400}", "{\"value\":0e0}", "{\"value\":12.50e1}", "{\"value\":12.55e1}",
    "{\"value\":5,\"other\":[1]}", "{\"Value\":5}", "{\"value\":\"\\u0035\"}", "{\"v\\u0061lue\":5}",
    " ", "\n{", "{\"value\":1}x", "{\"value\":1} {}", "{} ]", "nul", "nulL", "tru", "fals", "-I", "[1,",
    "[1", "[1,]", "[,1]", "[1 2]", "[", "]", "{", "}", "{,}", "{\"a\"", "{\"a\" 1}", "{\"a\":", "{\"a\":}",
    "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\":1;}", "{1:2}", "{'a':1}", "{a:1}",
    "'a'", "\"abc", "\"a\\qb\"", "\"a\\", "\"a\\\"", "\"\\x41\"", "\"\\u12", "\"\\u12g4\"",
    "\"\\u0041", "\"\\U0041\"", "\"\\ud800\\u12\"", "\"\\ud83d\\uzzzz\"", "\"\t\"", "\"a\nb\"", "\"\u00e9\"x",
    "\"\u00e9\U0001f600\t\"", "[\"\U0001f600\", x]", "01", "-01", "1.", "1.e5", ".5",
    "-", "--1", "+1", "1e", "1e+", "0x1", "1.5.5", "1_000", "// {}", "{}//", "/* */{}",
    "#", "{\"a\":\"b}", "{\"a\":[1,2}", "[{\"a\":1]", "undefined", "\u00a0{}", "\u000b{}",
]

CLAIMS = [
    CLAIM, {}, {"gpus": None}, {**CLAIM, "fsv": 5}, {**CLAIM, "gpus": [], "default": True},
    {**CLAIM, "gpus": [{"uuid": 1}, {}, "x", None, {"uuid": "y", "more": 1}]},
    {**CLAIM, "gpus": {"uuid": "x"}}, {**CLAIM, "port_mappings": []},
    {**CLAIM, "port_mappings": [MAPPING] * 32}, {**CLAIM, "port_mappings": [{}]},
    {**CLAIM, "port_mappings": [MAPPING, {**MAPPING, "proto": "sctp"}]},
    {**CLAIM, "port_mappings": [{"internal_port": "21", "external_port": 70000.0, "proto": None}]},
    {**CLAIM, "port_mappings": [{"internal_port": "8_000", "external_port": 8001.0, "proto": "HTTP"}]},
    {**CLAIM, "host": None, "env": 1, "code": []}, {"host": 1, "port_mappings": [[]]},
    {**CLAIM, "port_mappings": "tcp"},
]

ANNOUNCE = {"node_ids": ["g"], "host": "h", "port": 8000}
ACTIVATE = {"active": True}

# Content types with which a body that is good otherwise is read or refused. None: the header is missing.
CONTENT_TYPES = [
    None, "application/json", "application/json; charset=utf-8", "application/json;charset=latin-1",
    "APPLICATION/JSON", "application/json ; x=y", "application/vnd.api+json", "application/ld+JSON",
    "application/+json", "application/x-ndjson", "application/jsonp", "application/octet-stream",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/json",
    "text/plain; charset=utf-8", "application", "json", "application/json/x", "application/", "*/*", ";",
    "x/json", "bpplication/json", "application/json, text/plain",
]
CONTENTS = ["{\"value\": 1}", "value=1", "\u00e9", "[]"]

QUERIES = [
    "", "chute_id=a&port=22", "chute_id=&port=", "chute_id&port=22", "chute_id=a&port=21",
    "chute_id=a&port=65536", "chute_id=a&port=99999999999999999999", "chute_id=a&port=+22",
    "chute_id=a&port=%2B22", "chute_id=a&port=8_000.0", "chute_id=a&port=22.5", "chute_id=a&port=%C2%A022",
    "chute_id=a&port=22&flag=", "chute_id=a&port=x&flag=maybe&text=", "chute_id=a&chute_id=b&port=1&port=22",
    "chute_id=a&port=22&flag=on&text=a+b%2Bc", "chute_id=a%2&port=%zz", "chute_id=a%20b%2fc&port=%32%32",
    "CHUTE_ID=a&port=22", "chute%5Fid=a&port=22", "&&chute_id=a&&port=22&", "chute_id=a;port=22",
    "chute_id=a=b&port=22", "=a&port=22&chute_id==", "chute_id=%E2%82%AC&port=22&flag=TRUE",
    "chute_id=null&port=22&flag=null", "chute_id=a&port=22&flag=2", "chute_id=a&port=22&other=1",
    "?chute_id=a&port=22",
]


def bodies():
    """(table, body) for every case."""
    for table in BODIES:
        if table not in ("claim", "announce", "activate"):
            for value in KINDS:
                yield table, json.dumps({"value": value})
            yield table, "{}"
    for table, values in (
        ("integer", INTEGERS), ("port", PORTS), ("floor", [-1, 10**17, "-0"]), ("boolean", BOOLEANS),
        ("short_text", TEXTS), ("letter", TEXTS), ("integers", LISTS),
        ("pair_or_more", [["a"], ["a", "b"], [1]]), ("one_at_most", [["a", "b"], [1, 2], ["a"]]),
        ("object", [{"a": "x"}, {"a": "1", "b": 2}, {"b": 1}, [["a", 1]]]),
        ("dictionary", [{"a": {"b": [1, 2.5, None]}}]), ("choice", CHOICES), ("two_choices", CHOICES),
        ("one_choice", CHOICES),
    ):
        for value in values:
            yield table, json.dumps({"value": value}, ensure_ascii=False)
    for document in DOCUMENTS:
        yield "integer", document
    for claim in CLAIMS:
        yield "claim", json.dumps(claim)
    for table, good in (("claim", CLAIM), ("announce", ANNOUNCE), ("activate", ACTIVATE)):
        for changed in each_kind_in_each_place(good):
            yield table, json.dumps(changed)


def each_kind_in_each_place(good):
    """The document with each of KINDS, and with nothing, in the place of each value in it, at every depth."""
    yield from KINDS
    if isinstance(good, dict):
        for name, value in good.items():
            yield {other: kept for other, kept in good.items() if other != name}
            for changed in each_kind_in_each_place(value):
                yield {**good, name: changed}
    elif isinstance(good, list):
        for index, value in enumerate(good):
            for changed in each_kind_in_each_place(value):
                yield [*good[:index], changed, *good[index + 1:]]


def make_app():
    # Later versions of FastAPI refuse a body without a content type unless told otherwise; the network's of
    # 2025 (0.115) reads it.
    lenient = "strict_content_type" in inspect.signature(FastAPI).parameters
    app = FastAPI(**({"strict_content_type": False} if lenient else {}))

    def add(table, model):
        def take(body: model):
            return body.model_dump(exclude_none=True, exclude_unset=True)

        app.post("/" + table)(take)

    for table, model in BODIES.items():
        add(table, model)

    @app.get("/")
    def search(query: Annotated[Search, Query()]):
        return query.model_dump(exclude_none=True, exclude_unset=True)

    @app.get("/single")
    def search_single(chute_id: str, port: Port, flag: bool | None = None, text: str | None = None):
        found = {"chute_id": chute_id, "port": port, "flag": flag, "text": text}
        return {name: value for name, value in found.items() if value is not None}

    return app


def outcome(response):
    """The errors or the value, as JSON text: what a number looks like is part of the case."""
    if response.status_code == 200:
        return {"value": response.text}
    assert response.status_code == 422, response.text
    return {"errors": json.dumps(json.loads(response.text)["detail"])}


def echo_as_sent(result, body):
    """The lower-casing in front of our choices is not seen in their errors: they echo what was sent."""
    errors = json.loads(result.get("errors", "[]"))
    if any(error["type"] == "literal_error" for error in errors):
        errors[0]["input"] = json.loads(body)["value"]
        return {"errors": json.dumps(errors)}
    return result


def main():
    client = TestClient(make_app())
    cases, seen = [], set()
    for table, body in bodies():
        if (table, body) in seen:
            continue
        seen.add((table, body))
        content = {"content": body.encode(), "headers": {"Content-Type": "application/json"}}
        result = outcome(client.post("/" + table, **content))
        if table not in ("claim", "announce", "activate"):
            result = echo_as_sent(result, body)
        # Beyond int64 there is no value for us: pydantic's own words for a number that is too large.
        if "value" in result and table != "dictionary":
            value = json.loads(result["value"]).get("value")
            if type(value) is int and not -(2**63) <= value < 2**63:
                continue
        cases.append({"table": table, "body": body, **result})
    for content_type in CONTENT_TYPES:
        for content in CONTENTS:
            headers = {"Content-Type": content_type} if content_type else {}
            answer = client.post("/integer", content=content.encode(), headers=headers)
            cases.append({"table": "integer", "body": content, "content_type": content_type,
                          **outcome(answer)})
    for query in QUERIES:
        cases.append({"table": "search", "query": query, **outcome(client.get("/single?" + query))})
    made_with = {name: version(name) for name in ("pydantic", "fastapi", "starlette")}
    lines = ",\n".join(json.dumps(case) for case in cases)
    print(f'{{"made_with": {json.dumps(made_with)},\n"cases": [\n{lines}\n]}}')


if __name__ == "__main__":
    main()
