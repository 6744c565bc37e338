"""The programs' command lines, and what is said about them."""

import os
import re
import socket
import subprocess

import pytest

from harness.fastcgi_client import request
from harness.processes import HANG_S
from harness.stack import SOURCE


def run(stack, program, *arguments, **options):
    """One program of the build, its outcome."""
    return subprocess.run([os.path.join(stack.build, program), *arguments], capture_output=True,
                          text=True, check=False,
                          env={**stack.responder.environment(), **options.pop("env", {})}, **options)


def test_dump_config_masks_secrets(stack):
    dump = run(stack, "rigger", "dump-config", "--config", stack.responder.config)
    assert dump.returncode == 0
    for key in ("launch_secret", "ip_check_salt"):
        assert stack.settings["launch"][key] not in dump.stdout
        assert f"{key} = ********" in dump.stdout


def test_check_config_names_file_line_and_key(stack, tmp_path):
    path = tmp_path / "bad.conf"
    path.write_text("[server]\nfast_wrokers = 4\n")
    checked = run(stack, "rigger", "check-config", "--config", str(path))
    assert checked.returncode == 78
    assert f"{path}:2" in checked.stderr and "fast_wrokers" in checked.stderr \
        and "fast_workers" in checked.stderr
    assert "environment" in checked.stderr, "a check that nobody chose is an error"


@pytest.mark.parametrize("path, written", [("nginx/rigger_location", r"fastcgi_read_timeout (\d+)s;"),
                                           ("apache/rigger.conf", r"ProxyTimeout (\d+)"),
                                           ("apache/htaccess", r"to\n# (\d+), or for plain CGI")])
def test_the_web_servers_wait_as_long_as_the_responder_may_take(stack, path, written):
    told = stack.responder.check(attestation={"proof_of_work": "graval", "graval_url": "http://graval"},
                                 server={"slow_deadline_ms": None})
    assert told.returncode == 0, told.stderr
    needed = int(re.search(r"has to wait (\d+) s", told.stdout).group(1))
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        assert needed <= int(re.search(written, file.read()).group(1)) < needed + 60
    told = stack.responder.check(server={"slow_deadline_ms": None})
    assert re.search(r"has to wait 61 s", told.stdout), "without GraVal a minute is enough"


def test_migrate_again_changes_nothing(stack):
    before = stack.postgres.execute("select * from rigger.migrations")
    again = run(stack, "rigger", "migrate", "--dsn", stack.postgres.dsn)
    assert again.returncode == 0, again.stderr
    assert stack.postgres.execute("select * from rigger.migrations") == before


@pytest.mark.parametrize("program", ["rigger", "riggerctl", "rigger-miner"])
def test_help_and_version_are_0_and_nonsense_is_2(stack, program):
    assert run(stack, program, "--help").returncode == 0
    assert run(stack, program, "--version").stdout.startswith(program)
    assert run(stack, program, "--nonsense").returncode == 2


def test_status_tells_and_reap_works(stack):
    status = run(stack, "riggerctl", "status", "--dsn", stack.postgres.dsn)
    assert status.returncode == 0, status.stderr
    assert "schema version" in status.stdout
    assert run(stack, "riggerctl", "reap", "--dsn", stack.postgres.dsn, "--json").returncode == 0


def test_keygen_is_the_key_of_its_seed(stack):
    known = "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"
    shown = run(stack, "riggerctl", "keygen", "--seed", known)
    assert "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY" in shown.stdout


def test_curl_headers_are_accepted(stack, network, api):
    miner, chute = network.miner(), network.chute()
    line = run(stack, "riggerctl", "sign", "GET", "/instances/launch_config", "--curl",
               env={"RIGGER_SEED": miner.seed})
    headers = dict(re.findall(r"-H '([^:]+): ([^']+)'", line.stdout))
    assert api.request("GET", f"/instances/launch_config?chute_id={chute}", headers=headers).status == 200


def test_rigger_is_a_cgi_program(stack):
    served = run(stack, "rigger", env={
        "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "REQUEST_URI": "/ping",
        "REMOTE_ADDR": "127.0.0.1", "RIGGER_CONFIG": stack.responder.config})
    head, _, body = served.stdout.partition("\n\n")
    assert head.startswith("Status: 200 OK")
    assert body == '{"message":"pong"}'


def test_rigger_takes_a_listening_socket_on_descriptor_0(stack, tmp_path):
    # spawn-fcgi and mod_fcgid start it like this; nginx would be one more process to prove the same.
    path = str(tmp_path / "bare.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(8)
        worker = subprocess.Popen([os.path.join(stack.build, "rigger")], stdin=listener,
                                  env={**stack.responder.environment(),
                                       "RIGGER_CONFIG": stack.responder.config},
                                  stderr=subprocess.DEVNULL)
    try:
        answer = request(path, {"REQUEST_METHOD": "GET", "REQUEST_URI": "/ping", "REMOTE_ADDR": "127.0.0.1"})
        assert answer.startswith(b"Status: 200 OK") and answer.endswith(b'{"message":"pong"}')
    finally:
        worker.terminate()
        assert worker.wait(HANG_S) == 0
