"""Many whole lives at once, as rigger-miner lives them."""

import json
import os
import subprocess

import pytest

from harness.jobs import job_of, row_of
from harness.processes import HANG_S, HeldPort


def lives_file(network, tmp_path, slots, chutes):
    """One line a slot: seed, chute, GPU, host, port."""
    path = tmp_path / "lives.tsv"
    lines = []
    for slot in range(slots):
        miner = network.miner(gpus=1)
        uuid, host = miner.gpus[0]
        lines.append("\t".join([miner.seed, chutes[slot % len(chutes)], uuid, host, "20000"]))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_500_lives_at_concurrency_32_end_well(stack, network, tmp_path):
    chutes = [network.chute(target=1000) for _ in range(4)]
    lives = lives_file(network, tmp_path, 32, chutes)
    done = subprocess.run(
        [os.path.join(stack.build, "rigger-miner"), "--url", stack.nginx.url, "--cacert",
         stack.nginx.certificate, "--lives", str(lives), "--count", "500", "--concurrency",
         "32", "--json", "--quiet"],
        capture_output=True, text=True, check=False, timeout=10 * HANG_S, env=stack.responder.environment())
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["lives"] == 500 and report["failures"] == 0
    rows = stack.postgres.execute("select count(*) from public.instance_audit a where chute_id = any(%s)"
                                  " and deleted_at is not null", (chutes,))
    assert rows[0]["count"] == 500


def miner_with(stack, *options):
    """rigger-miner with these options; returns what it did."""
    return subprocess.run([os.path.join(stack.build, "rigger-miner"), "--url", stack.nginx.url, "--cacert",
                           stack.nginx.certificate, *options], capture_output=True, text=True,
                          check=False, timeout=HANG_S, env=stack.responder.environment())


def test_the_reference_client_runs_a_job_and_answers_on_its_ports(stack, network):
    declared = [("tcp", 9000), ("udp", 9001), ("http", 9002)]
    chute = network.chute(
        jobs=[{"name": "train", "ports": [{"proto": proto, "port": port} for proto, port in declared]}])
    miner, job = network.miner(gpus=1, host="127.0.0.1"), job_of(stack, chute)
    held = [HeldPort("udp" if proto == "udp" else "tcp") for proto, _ in declared]
    ports = [option for (proto, port), own in zip(declared, held)
             for option in ("--job-port", f"{proto}:{port}:{own.number}")]
    done = miner_with(stack, "--seed", miner.seed, "--chute", chute, "--gpu", miner.gpus[0][0],
                      "--host", "127.0.0.1", "--port", "33000", "--job", job, *ports)
    for own in held:
        own.close()
    assert done.returncode == 0, done.stdout + done.stderr
    row = row_of(stack, job)
    assert row["started_at"] and row["finished_at"] and len(row["port_mappings"]) == 5


@pytest.mark.parametrize("options", [
    ["--job", "x"], ["--job-port", "tcp"], ["--job-port", "sctp:1:2"], ["--job-port", "tcp:9000"],
    ["--job-port", "tcp:9000:x"], ["--job-port", "tcp:9000:65536"], ["--job-port", "tcp:21:9000"],
    ["--job-port", ":9000:9000"]])
def test_a_job_that_is_none_is_wrong_usage(stack, options):
    done = miner_with(stack, *options)
    assert done.returncode == 2 and done.stderr
