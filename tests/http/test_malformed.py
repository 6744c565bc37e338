"""Malformed requests, by table: the exact status, and for 422 the exact place and type of each error.
None changes anything, none is a 5xx.
"""

import copy
import json
import uuid

import pytest

from harness.client import Api
from harness.stack import Stack

TABLES = ["public.instances", "public.launch_configs", "public.instance_nodes", "public.instance_audit",
          "rigger.placements", "rigger.challenges", "rigger.events", "rigger.verifications",
          "rigger.vetted_addresses"]

# What a field of a kind makes of a value: the error's type, and what stands behind the field in its place.
MISSING = object()
WRONG_TEXT = [(MISSING, "missing"), (None, "string_type"), (5, "string_type"), (5.5, "string_type"),
              (True, "string_type"), ([], "string_type"), ({}, "string_type"), (["x"], "string_type")]
WRONG_OPTIONAL_TEXT = [(5, "string_type"), (0.5, "string_type"), (False, "string_type"), ([], "string_type"),
                       ({}, "string_type")]
WRONG_INTEGER = [(MISSING, "missing"), (None, "int_type"), ("", "int_parsing"), ("x", "int_parsing"),
                 ("0x10", "int_parsing"), ("1e3", "int_parsing"), ("8000.5", "int_parsing"),
                 (8000.5, "int_from_float"), ([], "int_type"), ({}, "int_type"), ([8000], "int_type")]
WRONG_PORT = WRONG_INTEGER + [(21, "greater_than_equal"), (0, "greater_than_equal"),
                              (-1, "greater_than_equal"), (65536, "less_than_equal"),
                              (2 ** 31, "less_than_equal"), (2 ** 63, "less_than_equal"),
                              (10 ** 30, "less_than_equal"), (-10 ** 30, "greater_than_equal"),
                              ("21", "greater_than_equal"), ("65536", "less_than_equal"),
                              (True, "greater_than_equal"), (1e300, "int_parsing_size")]
WRONG_HOST_PORT = WRONG_INTEGER + [(0, "greater_than_equal"), (-1, "greater_than_equal"),
                                   (65536, "less_than_equal"), (10 ** 30, "less_than_equal"),
                                   ("0", "greater_than_equal"), (False, "greater_than_equal")]
WRONG_CHOICE = [(MISSING, "missing"), (None, "string_type"), ("", "literal_error"),
                ("sctp", "literal_error"), ("tcp ", "literal_error"), (6, "string_type"),
                ([], "string_type"), ({}, "string_type"), (True, "string_type")]
WRONG_LIST = [(MISSING, "missing"), (None, "list_type"), ("x", "list_type"), (5, "list_type"),
              ({}, "list_type"), (True, "list_type"), ("[]", "list_type")]
WRONG_ITEM = [(None, "model_attributes_type"), ("x", "model_attributes_type"), (5, "model_attributes_type"),
              ([], "model_attributes_type"), (True, "model_attributes_type")]
WRONG_DICTIONARY = [(value, "dict_type") for value, _ in WRONG_ITEM]
WRONG_BOOLEAN = [(MISSING, "missing"), (None, "bool_type"), ("", "bool_parsing"), ("maybe", "bool_parsing"),
                 ("2", "bool_parsing"), (2, "bool_parsing"), (-1, "bool_parsing"), (0.5, "bool_type"),
                 ([], "bool_type"), ({}, "bool_type")]
WRONG_OBJECT = [(MISSING, "missing"), (None, "dict_type"), ("x", "dict_type"), (5, "dict_type"),
                ([], "dict_type"), (True, "dict_type")]

PORT = {"internal_port": 8000, "external_port": 20000, "proto": "tcp"}
CLAIM = {"gpus": [{"uuid": "g"}], "host": "10.9.9.9", "port_mappings": [PORT], "env": "e",
         "code": "c", "fsv": None}
VERIFY = {"response": "AAAA", "iv": "00" * 16, "proof": {"g": {"work_product": "x"}}}
CREATE = {"node_ids": ["g"], "host": "10.9.9.9", "port": 20000}
ACTIVATE = {"active": True}

CLAIM_FIELDS = [(["gpus"], WRONG_LIST), (["gpus", 0], WRONG_DICTIONARY), (["gpus", 0, "uuid"], WRONG_TEXT),
                (["host"], WRONG_TEXT), (["port_mappings"], WRONG_LIST), (["port_mappings", 0], WRONG_ITEM),
                (["port_mappings", 0, "internal_port"], WRONG_PORT),
                (["port_mappings", 0, "external_port"], WRONG_PORT),
                (["port_mappings", 0, "proto"], WRONG_CHOICE), (["env"], WRONG_TEXT),
                (["code"], WRONG_TEXT), (["fsv"], WRONG_OPTIONAL_TEXT)]
VERIFY_FIELDS = [(["response"], WRONG_TEXT), (["iv"], WRONG_TEXT), (["proof"], WRONG_OBJECT),
                 (["fsv"], WRONG_OPTIONAL_TEXT)]
CREATE_FIELDS = [(["node_ids"], WRONG_LIST),
                 (["node_ids", 0], [case for case in WRONG_TEXT if case[0] is not MISSING]),
                 (["host"], WRONG_TEXT), (["port"], WRONG_HOST_PORT)]
ACTIVATE_FIELDS = [(["active"], WRONG_BOOLEAN)]


def spoil(body, place, value):
    """The body with another value, or none, at a place."""
    body = copy.deepcopy(body)
    holder = body
    for step in place[:-1]:
        holder = holder[step]
    if value is MISSING:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return body


def field_cases(good, fields):
    """(id, body, errors) of every wrong value of every field."""
    for place, wrong in fields:
        for value, kind in wrong:
            shown = "missing" if value is MISSING else json.dumps(value)
            yield pytest.param(json.dumps(spoil(good, place, value)).encode(), [(["body", *place], kind)],
                               id=f"{'.'.join(map(str, place))}={shown}")


def raw_cases(good):
    """Bodies that are no JSON as it has to be, or no object."""
    text = json.dumps(good)
    deep = b"[" * 33 + b"]" * 33
    for name, body in {
            "cut": text[:-1].encode(), "tail": (text + "x").encode(), "two": (text * 2).encode(),
            "single quotes": text.replace('"', "'").encode(), "comma": (text[:-1] + ",}").encode(),
            "comment": (text[:-1] + "/**/}").encode(), "NaN": (text[:-1] + ', "z": NaN}').encode(),
            "Infinity": (text[:-1] + ', "z": -Infinity}').encode(),
            "leading zero": (text[:-1] + ', "z": 01}').encode(), "plus": (text[:-1] + ', "z": +1}').encode(),
            "hex": (text[:-1] + ', "z": 0x1}').encode(), "bare key": (text[:-1] + ", z: 1}").encode(),
            "control character": (text[:-1] + ', "z": "\x01"}').encode(),
            "bad escape": (text[:-1] + ', "z": "\\x"}').encode(),
            "half escape": (text[:-1] + ', "z": "\\u12"}').encode(),
            "lone surrogate": (text[:-1] + ', "z": "\\ud800"}').encode(),
            "True": (text[:-1] + ', "z": True}').encode(),
            "bad UTF-8": text[:-1].encode() + b', "z": "\xff"}',
            "overlong": text[:-1].encode() + b', "z": "\xc0\xaf"}',
            "surrogate in UTF-8": text[:-1].encode() + b', "z": "\xed\xa0\x80"}',
            "BOM": b"\xef\xbb\xbf" + text.encode(), "UTF-16": text.encode("utf-16"),
            "NUL after": text.encode() + b"\0", "too deep": b'{"z": ' + deep + b"}", "form": b"active=true",
            "space": b" "}.items():
        yield pytest.param(body, [(None, "json_invalid")], id=name)
    for name in good:
        twice = text[:-1] + f', "{name}": {json.dumps(good[name])}}}'
        yield pytest.param(twice.encode(), [(None, "json_invalid")], id=f"{name} twice")
    yield pytest.param(b"", [(["body"], "missing")], id="empty")
    for name, body in {"null": b"null", "list": b"[]", "text": b'"x"', "number": b"5",
                       "true": b"true"}.items():
        yield pytest.param(body, [(["body"], "model_attributes_type")], id=name)


def count(stack):
    """How much there is."""
    return stack.postgres.execute("select " + ", ".join(f"(select count(*) from {table}) as \"{table}\""
                                                        for table in TABLES))


@pytest.fixture(scope="module")
def stack():
    """A stack of its own: nothing comes or goes in it but by these requests, and no challenge runs out."""
    with Stack(lambda settings: settings["background"].update(reap_interval_ms=86400000)) as running:
        running.postgres.execute("update rigger.gpu_models set estimate_seconds = 1000000")
        yield running


@pytest.fixture(scope="module")
def known(stack):
    """A miner, chutes of both kinds, and a token."""
    miner = stack.network.miner(gpus=1)
    chute, old = stack.network.chute(), stack.network.chute(chutes_version="0.2.20")
    return {"miner": miner, "launch": Api(stack).launch(miner, chute), "chute": chute, "old": old}


@pytest.fixture(scope="module")
def challenged(stack):
    """A claimed launch, whose one attempt no malformed request uses up."""
    miner = stack.network.miner(gpus=1)
    launch = Api(stack).launch(miner, stack.network.chute())
    assert launch.claim(miner.gpus).status == 200
    yield launch
    assert launch.verify().status == 200


@pytest.fixture(scope="module", autouse=True)
def unchanged(stack, known, challenged):
    """Whatever the requests of this file do, nothing comes of it."""
    assert known and challenged
    before = count(stack)
    yield
    assert count(stack) == before


def found(answer):
    """(place, type) of each error."""
    return [(error["loc"], error["type"]) for error in answer.detail]


def expect(answer, errors):
    """The errors, in order; None stands for a place in the text."""
    assert answer.status == 422, answer
    got = found(answer)
    assert [kind for _, kind in got] == [kind for _, kind in errors], answer
    for (place, _), (wanted, _) in zip(got, errors):
        if wanted is None:
            assert len(place) == 2 and place[0] == "body" and isinstance(place[1], int), answer
        else:
            assert place == wanted, answer
    for error in answer.detail:
        assert error.keys() - {"ctx"} == {"type", "loc", "msg", "input"}, answer


@pytest.mark.parametrize("body, errors", [*field_cases(CLAIM, CLAIM_FIELDS), *raw_cases(CLAIM)])
def test_claim(api, known, body, errors):
    launch = known["launch"]
    expect(api.request("POST", launch.path, body, launch.headers()), errors)


@pytest.mark.parametrize("body, errors", [*field_cases(CREATE, CREATE_FIELDS), *raw_cases(CREATE)])
def test_create_instance(api, known, body, errors):
    path = f"/instances/{known['old']}/"
    expect(api.request("POST", path, body or None,
                       api.stack.network.sign(known["miner"], "POST", path, body)), errors)


@pytest.mark.parametrize("body, errors", [*field_cases(ACTIVATE, ACTIVATE_FIELDS), *raw_cases(ACTIVATE)])
def test_activate_instance(api, known, body, errors):
    path = f"/instances/{known['old']}/{uuid.uuid4()}"
    expect(api.request("PATCH", path, body or None,
                       api.stack.network.sign(known["miner"], "PATCH", path, body)), errors)


@pytest.mark.parametrize("body, errors", [*field_cases(VERIFY, VERIFY_FIELDS), *raw_cases(VERIFY)])
def test_verify(api, challenged, body, errors):
    expect(api.request("PUT", challenged.path, body, challenged.headers()), errors)


def many_ports(number):
    """So many mappings."""
    return [{"internal_port": 8000 + i, "external_port": 20000 + i, "proto": "udp"} for i in range(number)]


@pytest.mark.parametrize("mappings, errors", [
    ([], [(["body", "port_mappings"], "too_short")]),
    (many_ports(33), [(["body", "port_mappings"], "too_long")]),
    ([PORT, {**PORT, "external_port": 20001}], [(["body", "port_mappings", 1], "value_error")]),
    ([PORT, {**PORT, "internal_port": 8001}], [(["body", "port_mappings", 1], "value_error")]),
    ([PORT, {**PORT, "proto": "TCP", "external_port": 1}], [(["body", "port_mappings", 1, "external_port"],
                                                            "greater_than_equal")])])
def test_lists_of_ports(api, known, mappings, errors):
    launch = known["launch"]
    expect(api.request("POST", launch.path, {**CLAIM, "port_mappings": mappings}, launch.headers()), errors)


def test_all_errors_are_told_together_in_the_order_of_the_fields(api, known):
    launch = known["launch"]
    body = {"gpus": [{"uuid": 1}, 2], "host": None, "port_mappings": [{"internal_port": "x", "proto": "?"}],
            "code": 5, "fsv": 6}
    expect(api.request("POST", launch.path, body, launch.headers()), [
        (["body", "gpus", 0, "uuid"], "string_type"), (["body", "gpus", 1], "dict_type"),
        (["body", "host"], "string_type"), (["body", "port_mappings", 0, "internal_port"], "int_parsing"),
        (["body", "port_mappings", 0, "external_port"], "missing"),
        (["body", "port_mappings", 0, "proto"], "literal_error"), (["body", "env"], "missing"),
        (["body", "code"], "string_type"), (["body", "fsv"], "string_type")])


@pytest.mark.parametrize("query, errors", [
    ("", [(["query", "chute_id"], "missing")]),
    ("job_id=x", [(["query", "chute_id"], "missing")]), ("CHUTE_ID=x", [(["query", "chute_id"], "missing")]),
    ("chute-id=x", [(["query", "chute_id"], "missing")]),
    ("&&&", [(["query", "chute_id"], "missing")])])
def test_queries(api, known, query, errors):
    path = f"/instances/launch_config?{query}"
    expect(api.request("GET", path, headers=api.stack.network.sign(known["miner"], "GET", path)), errors)


@pytest.mark.parametrize("query, status", [
    ("chute_id", 404), ("chute_id=", 404), ("chute_id=%zz", 404), ("chute_id=%", 404),
    ("chute_id=" + "x" * 256, 404), ("chute_id=x&chute_id=y", 404), ("chute_id=%F0%9F%98%80", 404),
    ("chute_id='%3B--", 404), ("chute_id=..%2F..", 404)])
def test_queries_of_no_chute(api, known, query, status):
    path = f"/instances/launch_config?{query}"
    assert api.request("GET", path,
                       headers=api.stack.network.sign(known["miner"], "GET", path)).status == status


@pytest.mark.parametrize("path",
                         ["/instances/launch_config/{}/activate", "/instances/{}/x", "/instances/x/{}"])
@pytest.mark.parametrize("segment", ["%00", "x%00", "%ff", "%c0%af", "%ed%a0%80", "%zz",
                                     "%", "%2", "%2e%2e", "%2f", "a%2fb", "%5c", "'",
                                     "%20", "x" * 3000, "%F0%9F%98%80", "{config_id}", ";", "*", "~"])
def test_paths(api, known, path, segment):
    target = path.format(segment)
    method = "GET" if target.endswith("activate") else "DELETE"
    headers = known["launch"].headers() \
        if method == "GET" else api.stack.network.sign(known["miner"], method, target)
    answer = api.request(method, target, headers=headers)
    assert answer.status in (400, 401, 404), answer


NAMES = ["X-Chutes-Hotkey", "X-Chutes-Nonce", "X-Chutes-Signature"]


@pytest.mark.parametrize("name, value", [
    (name, value) for name, values in {
        "X-Chutes-Hotkey": ["", "x", "5", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQ",
                            "0OIl" * 12, "5" * 48, "5" * 5000,
                            "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM", "' or 1=1 --", "\u00e9"],
        "X-Chutes-Nonce": ["", " ", "-1", "+1", "1.0", "0x10", "1e9", "1" * 13, "9" * 400,
                           "999999999999", "0", "NaN", "\u0661"],
        "X-Chutes-Signature": ["", "00", "zz" * 64, "00" * 64, "ff" * 64, "00" * 63, "00" * 65,
                               "0x" + "00" * 64, "x" * 5000]}.items()
    for value in values])
def test_headers_of_a_hotkey(api, known, name, value):
    path = f"/instances/launch_config?chute_id={known['chute']}"
    headers = {**api.stack.network.sign(known["miner"], "GET", path), name: value.encode("utf-8")}
    answer = api.request("GET", path, headers=headers)
    assert answer.status == 401, answer


@pytest.mark.parametrize("value", ["", " ", "Bearer", "Bearer ", "x", "a.b", "a.b.c",
                                   "a.b.c.d", "..", "Basic eDp5", "x" * 5000, "Bearer " + "x" * 7000,
                                   "eyJhbGciOiJub25lIn0.e30.", "cpk_", "cpk_" + "0" * 98, "\u00e9"])
def test_headers_of_a_token(api, known, value):
    answer = api.request("POST", known["launch"].path, CLAIM, {"Authorization": value.encode("utf-8")})
    assert answer.status == 401, answer
