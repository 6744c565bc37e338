"""No text of a client's is echoed, stored or logged at the length that it was sent in."""

import json
import uuid

import pytest

LONG = 3_900_000
TABLES = ["public.launch_configs", "public.instances", "public.instance_audit", "public.jobs"]
OURS = ("select oid::regclass::text as name from pg_class"
        " where relnamespace = 'rigger'::regnamespace and relkind = 'r'")


def longest_row(stack):
    """The characters of the longest row of those that requests write, and of all of ours."""
    tables = TABLES + [row["name"] for row in stack.postgres.execute(OURS)]
    return max(stack.postgres.execute(f"select coalesce(max(length(t::text)), 0) as n from {table} t")[0]["n"]
               for table in tables)


def assert_bounded(stack, before, answer, route, echoed=4096):
    """The answer is short, nothing long is in the database, and the request has its line in the log."""
    assert len(answer.text) <= echoed, answer.text[:200]
    assert longest_row(stack) < 8192
    lines = stack.responder.log()[before:].splitlines()
    assert max(map(len, lines)) < 4096
    told = [line for line in map(json.loads, lines) if line.get("route") == route]
    assert [line["status"] for line in told if line["request_id"] == answer.headers["x-request-id"]] == [
        answer.status]


@pytest.fixture
def before(stack):
    """How long the log is."""
    return len(stack.responder.log())


@pytest.mark.parametrize("field, piece", [("uuid", "😀"), ("uuid", "\x01"), ("host", "ü"), ("fsv", "\n")])
def test_a_text_of_a_claim_that_is_too_long_is_malformed(stack, network, api, before, field, piece):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    text = piece * (600_000 // len(json.dumps(piece)))
    body = launch.claim_body(miner.gpus)
    if field == "uuid":
        body["gpus"] = [{"uuid": text}]
    else:
        body[field] = text
    answer = api.request("POST", launch.path, body, launch.headers())
    assert answer.status == 422
    assert [error["type"] for error in answer.detail] == ["string_too_long"]
    assert_bounded(stack, before, answer, "claim_launch_config")
    assert launch.claim(miner.gpus).status == 200, "the token stays good"


def test_a_gpu_uuid_of_almost_a_body_is_neither_echoed_nor_stored(stack, network, api, before):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    answer = api.request("POST", launch.path,
                         launch.claim_body([("G" * LONG, miner.gpus[0][1])]), launch.headers())
    assert answer.status == 422
    assert_bounded(stack, before, answer, "claim_launch_config")


def test_the_subject_of_a_refusal_is_cut_in_answer_database_and_log(stack, network, api, before):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    answer = launch.claim([("G" * 256, miner.gpus[0][1])])
    assert (answer.status, answer.detail) == (404, f"GPU {'G' * 128}… is not one of this miner's")
    assert stack.postgres.execute("select verification_error from public.launch_configs where config_id = %s",
                                  (launch.config_id,))[0]["verification_error"] == answer.detail
    assert_bounded(stack, before, answer, "claim_launch_config")


def test_a_claim_of_too_many_gpus_is_malformed(stack, network, api, before):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    answer = launch.claim([(str(uuid.uuid4()), miner.gpus[0][1]) for _ in range(257)])
    assert answer.status == 422
    assert [error["type"] for error in answer.detail] == ["too_long"]
    assert_bounded(stack, before, answer, "claim_launch_config", 16384)


@pytest.mark.parametrize("field", ["response", "iv", "fsv"])
def test_a_text_of_an_answer_that_is_too_long_is_malformed(stack, network, api, before, field):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus).status == 200
    body = {"response": "AAAA", "iv": "00" * 16, "proof": {"g": {"work_product": "x"}}, field: "A" * LONG}
    answer = launch.verify(body)
    assert answer.status == 422
    assert_bounded(stack, before, answer, "verify_launch_config")
    assert launch.verify().status == 200, "the attempt is not used up"


def test_names_in_path_and_query_that_are_too_long_are_not_looked_up(stack, network, api, before):
    miner = network.miner()
    answer = api.signed(miner, "GET", f"/instances/launch_config?chute_id={'x' * 5000}")
    assert (answer.status, answer.detail[0]["type"]) == (422, "string_too_long")
    assert_bounded(stack, before, answer, "issue_launch_config")
    answer = api.signed(miner, "DELETE", f"/instances/{'x' * 257}/{uuid.uuid4()}")
    assert answer.status == 404
    assert_bounded(stack, before, answer, "-")


@pytest.mark.parametrize("change", [{"host": "h" * 200_000}, {"node_ids": ["n" * 200_000]}])
def test_a_text_of_an_announcement_that_is_too_long_is_malformed(stack, network, api, before, change):
    miner = network.miner(gpus=1)
    body = {"node_ids": [miner.gpus[0][0]], "host": miner.gpus[0][1], "port": 20000, **change}
    answer = api.signed(miner, "POST", f"/instances/{network.chute(chutes_version='0.2.20')}/",
                        body)
    assert (answer.status, answer.detail[0]["type"]) == (422, "string_too_long")
    assert_bounded(stack, before, answer, "create_instance")


def worst_bodies():
    """What takes most memory of all JSON that is taken, and what is more."""
    members = {f"k{number}": {} for number in range(65000)}
    yield {"response": "AAAA", "iv": "00" * 16, "proof": {}, "other": [[]] * 1_000_000}
    yield '{"proof": ' + "[" * 4_000_000
    yield {"response": "AAAA", "iv": "00" * 16, "proof": members}
    yield {"response": "AAAA", "iv": "00" * 16, "proof": {}, "other": [{}] * 65000}


def test_no_body_takes_a_worker_to_its_limit_of_memory(stack, network, api, before):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus).status == 200
    answers = [launch.verify(body).status for body in worst_bodies()]
    assert answers == [422, 422, 403, 403]
    assert "another takes its place" not in stack.responder.log()[before:]


def test_a_worker_has_a_limit_of_memory(stack):
    limits = []
    for pid in stack.responder.workers():
        with open(f"/proc/{pid}/limits", encoding="ascii") as file:
            limits += [line.split()[3] for line in file if line.startswith("Max data size")]
    assert str(512 << 20) in limits
