"""The environment check of a claim, provider command: a program of the operator's opens the dumps, as a child
of the process of programs."""

import base64
import concurrent.futures
import json
import os
import signal
import subprocess

import pytest

from harness.client import Api
from harness.dump_opener import OPENER
from harness.dumping_pod import DumpingPod
from harness.processes import wait_for
from harness.stack import Stack


class ToyPod(DumpingPod):
    """Its dumps are what the toy of the harness opens."""

    def dumps(self, harm=None, **changes):
        """Both dumps, as a claim has them."""
        env, code = {**self.env, "key": self.env_key}, dict(self.code)
        if harm is not None:
            code["harm"] = harm
        return {"env": base64.b64encode(json.dumps(env).encode()).decode(),
                "code": base64.b64encode(json.dumps(code).encode()).decode(), **changes}

    def claim(self, harm=None, **changes):
        """POST with both dumps."""
        return self.launch.claim(self.miner.gpus, **self.dumps(harm, **changes))


def notes(stack):
    """(pid, ppid, what) of each thing that the program has noted."""
    lines = (line.split(maxsplit=2) for line in stack.notes.read_text().splitlines())
    return [(int(pid), int(parent), what) for pid, parent, what in lines]


@pytest.fixture(scope="module", params=[False, True], ids=["started", "kept"])
def opener(request, tmp_path_factory):
    """A stack with the program, started for each question or kept; stack.notes is where it notes things."""
    directory = tmp_path_factory.mktemp("opener")
    program = directory / "open"
    program.write_text(OPENER)
    program.chmod(0o755)

    def change(settings):
        settings["attestation"].update(
            environment="command",
            environment_command=f"{program} {directory}/notes" + (" keep" if request.param else ""),
            environment_command_keep=str(request.param).lower(), environment_timeout_ms=30000)
        settings["server"]["claim_body_max_bytes"] = 100000

    with Stack(change) as stack:
        stack.notes, stack.kept = directory / "notes", request.param
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []
        stack.responder.stop()
        assert not any(os.path.exists(f"/proc/{pid}") for pid, _, _ in notes(stack)), "a program outlives us"


def test_an_honest_environment_is_accepted(opener):
    pod = ToyPod(opener)
    assert pod.claim().status == 200
    assert pod.launch.verify().status == 200


def test_what_is_opened_is_judged_here(opener):
    pod = ToyPod(opener)
    pod.env["all_processes"][0]["username"] = "root"
    assert (pod.claim().status, pod.failed()) == (403, True)
    pod = ToyPod(opener)
    pod.code["content"] = base64.b64encode(b"import os\n").decode()
    assert (pod.claim().status, pod.failed()) == (403, True)
    rules = {"/os": {"equals": "Plan 9"}}
    opener.postgres.execute("insert into rigger.settings (key, value) values ('environment_rules', %s)",
                            (json.dumps(rules),))
    try:
        pod = ToyPod(opener)
        assert (pod.claim().status, pod.failed()) == (403, True)
    finally:
        opener.postgres.execute("delete from rigger.settings")


@pytest.mark.parametrize("change", [{"env": "%"}, {"code": "%"}, {"env": "\"}\n{\"id\":\"\x01"},
                                    {"env": base64.b64encode(b'{"key": "00"}').decode()}])
def test_what_the_program_refuses_is_403_and_the_end(opener, change):
    pod = ToyPod(opener)
    assert (pod.claim(**change).status, pod.failed()) == (403, True)
    assert pod.claim().status == 401


@pytest.mark.parametrize("harm", ["garbage", "flood", "death", "another id", "another pass", "more"])
def test_a_program_in_trouble_is_503_and_the_token_stays_good(opener, harm):
    pod = ToyPod(opener)
    assert (pod.claim(harm=harm).status, pod.failed()) == (503, False)
    assert pod.claim().status == 200


def test_a_program_that_fails_behind_its_answer_gave_none(opener):
    if opener.kept:
        pytest.skip("a kept program has no end of its own")
    pod = ToyPod(opener)
    assert (pod.claim(harm="failure").status, pod.failed()) == (503, False)


def test_a_program_that_takes_too_long_is_killed_and_its_late_answer_is_nobody_s(opener):
    harm = "late" if opener.kept else "silence"
    first, second = ToyPod(opener), ToyPod(opener)
    with opener.responder.having("attestation", environment_timeout_ms=2000):
        assert (first.claim(harm=harm).status, first.failed()) == (503, False)
        pid = [pid for pid, _, what in notes(opener) if what == f"asked {harm}"][-1]
        wait_for(lambda: not os.path.exists(f"/proc/{pid}"), "the program's end")
    second.env["all_processes"][0]["username"] = "root"
    assert second.claim().status == 403, "the first pod's good answer came to the second"
    assert first.claim().status == 200


def test_a_grandchild_that_holds_the_pipe_holds_nobody_up(opener):
    assert ToyPod(opener).claim(harm="grandchild").status == 200
    assert ToyPod(opener).claim().status == 200


def test_programs_are_children_of_one_process_and_no_worker_is_their_parent(opener):
    pods = [ToyPod(opener) for _ in range(3)]
    before = len(notes(opener))
    assert [pod.claim().status for pod in pods] == [200] * 3
    seen = notes(opener)[before:]
    programs, = {parent for _, parent, _ in seen}
    assert programs in opener.responder.workers(), "it is the master's child"
    served = {line["pid"] for line in opener.responder.log_lines() if line["process"] in ("fast", "slow")}
    assert served and programs not in served
    assert ToyPod(opener).claim(harm="garbage").status == 503
    opener.responder.wait_for_log("printed what is no answer")
    told = [line for line in opener.responder.log_lines()
            if "printed what is no answer" in line.get("message", "")]
    assert (told[-1]["process"], told[-1]["pid"]) == ("programs", programs)
    started = [pid for pid, _, what in seen if what == "started"]
    assert len(started) == (0 if opener.kept else 3), "kept it is asked again, else there is one a question"
    assert 'rigger_workers{pool="programs"} 1' in Api(opener).request("GET", "/metrics").text


def test_if_the_process_of_programs_dies_what_is_in_flight_is_503_and_the_next_one_serves(opener):
    pod = ToyPod(opener)
    with concurrent.futures.ThreadPoolExecutor(1) as others:
        claim = others.submit(pod.claim, harm="silence")
        wait_for(lambda: notes(opener)[-1][2] == "asked silence", "the program at work")
        program, programs, _ = notes(opener)[-1]
        os.kill(programs, signal.SIGKILL)
        assert claim.result().status == 503
    wait_for(lambda: not os.path.exists(f"/proc/{program}"), "the program's end")
    assert not pod.failed()
    assert pod.claim().status == 200
    assert notes(opener)[-1][1] != programs


def test_a_reload_ends_the_old_programs_when_their_askers_have_gone(opener):
    if not opener.kept:
        pytest.skip("a kept one is there to be ended")
    pod = ToyPod(opener)
    with concurrent.futures.ThreadPoolExecutor(1) as others:
        claim = others.submit(pod.claim, harm="late")
        wait_for(lambda: notes(opener)[-1][2] == "asked late", "the program at work")
        program, programs, _ = notes(opener)[-1]
        opener.responder.reload()
        assert claim.result().status == 200, "who was asking got his answer"
    wait_for(lambda: programs not in opener.responder.workers(), "the end of the old process of programs")
    assert not os.path.exists(f"/proc/{program}")
    assert ToyPod(opener).claim().status == 200
    assert notes(opener)[-1][1] != programs


def test_a_cgi_program_asks_by_itself(opener):
    pod = ToyPod(opener)
    body = json.dumps(pod.launch.claim_body(pod.miner.gpus, **pod.dumps())).encode()
    served = subprocess.run([opener.responder.program], input=body, capture_output=True, check=False, env={
        **opener.responder.environment(), "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "POST",
        "REQUEST_URI": f"/instances/launch_config/{pod.launch.config_id}", "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": pod.launch.headers()["Authorization"],
        "RIGGER_CONFIG": opener.responder.config})
    assert served.stdout.startswith(b"Status: 200 OK"), served
    program, parent, _ = notes(opener)[-1]
    assert parent not in opener.responder.workers()
    assert not os.path.exists(f"/proc/{program}"), "it does not outlive the request"
