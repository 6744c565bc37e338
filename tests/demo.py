"""One whole life of an instance, to watch: ./dev demo.

Starts a private PostgreSQL, responder and nginx, seeds a small network, lets rigger-miner live, shows what an
administrator sees, and stops all of it.
"""

import argparse
import os
import signal
import subprocess
import sys
import time

from stack.processes import StackError
from stack.stack import Stack


def say(text=""):
    """A line of the demonstration, at once."""
    print(text, flush=True)


def psql(stack, title, query):
    """Shows a query's answer as psql prints it."""
    say(f"\n{title}")
    subprocess.run(["psql", "-X", "-q", "-P", "footer=off", "-P", "border=1", "-d", stack.postgres.dsn, "-c", query],
                   check=True)


def seed(stack):
    """A registered miner with two GPUs on one host, an image, a public chute, a target of two instances."""
    miner = stack.network.miner(gpus=2, host="127.0.0.1")
    chute = stack.network.chute(gpu_count=1, target=2)
    return miner, chute


def live(stack, miner, chute, stay):
    """Lets rigger-miner live one life; its output is the demonstration."""
    gpu, host = miner.gpus[0]
    command = [os.path.join(stack.build, "rigger-miner"), "--url", stack.nginx.url, "--cacert", stack.nginx.certificate,
               "--chute", chute, "--gpu", gpu, "--host", host, "--port", "20000"]
    if stay:
        command.append("--keep")
    done = subprocess.run(command, env={**stack.responder.environment(), "RIGGER_SEED": miner.seed}, check=False)
    if done.returncode != 0:
        raise StackError(f"rigger-miner ended with {done.returncode}; the responder said:\n{stack.responder.log()}")


def show(stack):
    """What an administrator sees of that life."""
    psql(stack, "What stays: the audit row (select … from instance_audit)",
         "select instance_id, verified_at is not null as verified, deleted_at is not null as deleted,"
         " deletion_reason from public.instance_audit")
    psql(stack, "What the network was told (select … from rigger.v_events)",
         "select event_id, channel, reason from rigger.v_events order by event_id")
    broken = stack.postgres.execute("select * from rigger.check_invariants()")
    say(f"rigger.check_invariants(): {len(broken)} violations")


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
        with Stack(change=lambda settings: settings["attestation"].update(matmul_n=1024)) as stack:
            miner, chute = seed(stack)
            say(f"Ready after {time.monotonic() - started:.1f} s: {stack.nginx.url}\n")
            live(stack, miner, chute, stay=False)
            show(stack)
            if arguments.keep:
                live(stack, miner, chute, stay=True)
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
