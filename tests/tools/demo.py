"""Whole lives of instances, to watch: ./dev demo.

Starts a private PostgreSQL, responder and nginx, seeds a small network, lets rigger-miner live once,
then run a job with its ports, then lets an instance of an old SDK be verified; shows what an
administrator sees, and stops all of it.
"""

import argparse
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
import uuid

from harness.network import CODE
from harness.old_pod import OldPod
from harness.processes import HeldPort, StackError
from harness.stack import Stack


def say(text=""):
    """A line of the demonstration, at once."""
    print(text, flush=True)


def psql(stack, title, query):
    """Shows a query's answer as psql prints it."""
    say(f"\n{title}")
    subprocess.run(["psql", "-X", "-q", "-P", "footer=off", "-P", "border=1", "-d", stack.postgres.dsn,
                    "-c", query],
                   check=True)


JOB_PORTS = [("tcp", 9000), ("udp", 9001)]
HOST = "127.0.0.1"
# A well-known key of development networks: here it is the validator's.
VALIDATOR = {"validator_ss58": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
             "validator_seed": "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"}


def configure(settings):
    """A proof of work of some seconds' worth at most, also for the old instance, which solves it in
    Python; and a validator that can sign."""
    settings["attestation"]["matmul_n"] = 512
    settings["launch"].update(VALIDATOR)
    settings["background"]["verify_interval_ms"] = 50


def seed(stack):
    """A registered miner with three GPUs on one host, and a public chute with a target of two instances."""
    miner = stack.network.miner(gpus=3, host=HOST)
    chute = stack.network.chute(gpu_count=1, target=2)
    return miner, chute


def live(stack, miner, chute, gpu, *options):
    """Lets rigger-miner live one life; its output is the demonstration."""
    command = [os.path.join(stack.build, "rigger-miner"), "--url", stack.nginx.url, "--cacert",
               stack.nginx.certificate, "--chute", chute, "--gpu", gpu, "--host", HOST, *options]
    done = subprocess.run(command, env={**stack.responder.environment(), "RIGGER_SEED": miner.seed},
                          check=False)
    if done.returncode != 0:
        raise StackError(
            f"rigger-miner ended with {done.returncode}; the responder said:\n{stack.responder.log()}")


def run_job(stack, miner):
    """A job that declares a TCP and a UDP port, from its token to its end."""
    ports = [{"proto": proto, "port": port} for proto, port in JOB_PORTS]
    chute = stack.network.chute(target=0, jobs=[{"name": "train", "ports": ports, "timeout": 3600}])
    job = str(uuid.uuid4())
    stack.postgres.execute(
        "insert into public.jobs (job_id, user_id, chute_id, version, method, job_args)"
        " select %s, user_id, chute_id, version, 'train', '{\"epochs\": 3}' from public.chutes"
        " where chute_id = %s", (job, chute))
    say("\nA job with two ports, which the service probes while it verifies:")
    held = [HeldPort(proto) for proto, _ in JOB_PORTS]
    listen = [option for (proto, port), own in zip(JOB_PORTS, held)
              for option in ("--job-port", f"{proto}:{port}:{own.number}")]
    live(stack, miner, chute, miner.gpus[1][0], "--port", "20010", "--job", job, *listen)
    for own in held:
        own.close()
    psql(stack, "What became of it (select … from jobs)",
         f"select method, status, started_at is not null as started, error_detail from public.jobs"
         f" where job_id = '{job}'")


def ask(stack, miner, method, path, body):
    """A signed request; shows and returns its answer."""
    raw = json.dumps(body).encode()
    headers = {**stack.network.sign(miner, method, path, raw), "Content-Type": "application/json"}
    request = urllib.request.Request(stack.nginx.url + path, raw, headers, method=method)
    trusted = ssl.create_default_context(cafile=stack.nginx.certificate)
    with urllib.request.urlopen(request, context=trusted) as answer:
        say(f"{method:6} {answer.status}  {path}")
        return json.load(answer)


def verify_old(stack, miner):
    """An instance of an old SDK: announced, made active, verified in the background by asking it."""
    say("\nAn instance of an old SDK (0.2.20), which the service verifies by asking it:")
    chute = stack.network.chute(chutes_version="0.2.20")
    gpu = miner.gpus[2][0]
    command = ["python", "chutes", "run", "app:chute", "--port", "8000", "--graval-seed",
               "1", "--miner-ss58", miner.hotkey, "--validator-ss58",
               stack.settings["launch"]["validator_ss58"]]
    files = {"/proc/1/cmdline": "\0".join(command).encode(), "/app/app.py": CODE.encode()}
    pod = OldPod("0.2.20", miner.hotkey, stack.settings["launch"]["validator_ss58"], files, [gpu])
    made = ask(stack, miner, "POST", f"/instances/{chute}/",
               {"node_ids": [gpu], "host": HOST, "port": pod.port})
    path = f"/instances/{chute}/{made['instance_id']}"
    ask(stack, miner, "PATCH", path, {"active": True})
    stack.postgres.wait_for_row(
        "select 1 from rigger.verifications where instance_id = %s and finished_at is not null",
        (made["instance_id"],))
    say("asked: " + ", ".join(pod.asked))
    pod.close()
    psql(stack, "What it found (select … from rigger.v_instances)",
         "select chutes_version, active, verified, background_verification, verification_error"
         " from rigger.v_instances"
         f" where instance_id = '{made['instance_id']}'")


def show(stack):
    """What an administrator sees of that life."""
    psql(stack, "What stays: the audit row (select … from instance_audit)",
         "select instance_id, verified_at is not null as verified, deleted_at is not null as deleted,"
         " deletion_reason from public.instance_audit")
    psql(stack, "What the network was told (select … from rigger.v_events)",
         "select event_id, channel, reason from rigger.v_events order by event_id")


def explain(stack, miner, chute):
    """How to talk to what was left running."""
    path = f"/instances/launch_config?chute_id={chute}"
    say(f"\nRunning in {stack.directory} until Ctrl-C:")
    say(f"  url    {stack.nginx.url}")
    say(f"  psql   psql '{stack.postgres.dsn}'")
    say(f"  log    tail -f {stack.responder.log_path}")
    headers = stack.network.sign(miner, "GET", path)
    options = " ".join(f"-H '{name}: {value}'" for name, value in headers.items())
    say(f"  curl   curl --cacert {stack.nginx.certificate} {options} '{stack.nginx.url}{path}'")
    say("         (a signature is good for one request, within 600 s; `riggerctl sign --curl` makes another)")


def main():
    """Parses the arguments and plays the demonstration."""
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="leave everything running until Ctrl-C")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # A shell that starts us in the background has us ignore Ctrl-C; kill -INT is to work all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started = time.monotonic()
    try:
        say("Starting a private PostgreSQL, rigger serve and nginx with TLS …")
        with Stack(change=configure) as stack:
            miner, chute = seed(stack)
            say(f"Ready after {time.monotonic() - started:.1f} s: {stack.nginx.url}\n")
            live(stack, miner, chute, miner.gpus[0][0])
            show(stack)
            run_job(stack, miner)
            verify_old(stack, miner)
            broken = stack.postgres.execute("select * from rigger.check_invariants()")
            say(f"rigger.check_invariants(): {len(broken)} violations")
            if arguments.keep:
                live(stack, miner, chute, miner.gpus[0][0], "--keep")
                explain(stack, miner, chute)
                signal.pause()
        say(f"All stopped. {time.monotonic() - started:.1f} s in all.")
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130
    except StackError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
