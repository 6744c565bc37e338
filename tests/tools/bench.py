"""Figures, as ratios taken in one run: ./dev bench.

Requests per second and latencies of launch_config and token_check through nginx, beside pgbench calling the same SQL
function on the same database and an empty FastCGI responder behind the same nginx; signatures per second; seconds of
the matmul prover and verifier.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

from harness.processes import program, run, wait_for
from harness.stack import Stack, SOURCE

CONNECTIONS = 8
PGBENCH_SCRIPT = """
\\set nonce random(1, 9223372036854775807)
select status from rigger.issue_launch_config('{hotkey}', 64, sha256(('{salt}' || random()::text || :nonce)::bytea),
  gen_random_uuid(), '{chute}', null, '00112233445566778899aabbccddeeff');
"""
EMPTY_SERVER = """
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate {directory}/cert.pem;
        ssl_certificate_key {directory}/key.pem;
        include {source}/nginx/tls.conf;
        location / {{
            include {source}/nginx/rigger_params;
            fastcgi_pass unix:{directory}/empty.sock;
        }}
    }}
"""


def wrk(url, seconds, *arguments, connections=CONNECTIONS):
    """(requests per second, p50 ms, p99 ms, errors) of a wrk run."""
    out = run([program("wrk"), "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--latency", url, *arguments])
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}

    def percentile(name):
        value, suffix = re.search(rf"{name}%\s+([\d.]+)(us|ms|s)\s", out).groups()
        return float(value) * unit[suffix]

    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), percentile(50), percentile(99), \
        int(errors.group(1)) if errors else 0


def pgbench(stack, script, seconds):
    """Transactions per second of a script with as many clients as the responder has workers."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        out = run([program("pgbench", stack.postgres.binaries), "-n", "-M", "prepared", "-c", "4", "-j", "1",
                   "-T", str(seconds), "-f", file.name, stack.postgres.dsn])
    return float(re.search(r"tps = ([\d.]+)", out).group(1))


def row(what, rate, p50="", p99="", ratio=""):
    """A line of the table."""
    texts = [f"{rate:.0f}"] + [f"{value:.2f}" if value != "" else "" for value in (p50, p99)]
    print(f"{what:<44} {texts[0]:>9} {texts[1]:>9} {texts[2]:>9}  {ratio}", flush=True)


def launch_config(stack, seconds):
    """launch_config through nginx beside its SQL function alone."""
    miner, chute = stack.network.miner(), stack.network.chute(target=10**9)
    path = f"/instances/launch_config?chute_id={chute}"
    script = PGBENCH_SCRIPT.format(hotkey=miner.hotkey, chute=chute, salt=os.urandom(8).hex())
    limit = pgbench(stack, script, seconds)
    signed = stack.network.sign(miner, "GET", path, count=int(limit * seconds * 1.5))
    headers = os.path.join(stack.directory, "headers.tsv")
    with open(headers, "w", encoding="ascii") as file:
        for one in signed:
            file.write("\t".join(one[f"X-Chutes-{name}"] for name in ("Hotkey", "Nonce", "Signature")) + "\n")
    lua = os.path.join(SOURCE, "tests", "bench", "launch_config.lua")
    rate, p50, p99, errors = wrk(stack.nginx.url, seconds, "-s", lua, "--", headers, path, "1")
    row("pgbench, issue_launch_config alone", limit)
    row("GET launch_config", rate, p50, p99, f"{rate / limit:.0%} of pgbench, {errors} not 200")


def token_check(stack, empty_port, seconds):
    """token_check through nginx beside an empty responder."""
    empty, empty50, empty99, _ = wrk(f"https://localhost:{empty_port}/", seconds)
    rate, p50, p99, errors = wrk(f"{stack.nginx.url}/instances/token_check?salt=abc", seconds)
    row("empty FastCGI responder", empty, empty50, empty99)
    row("GET token_check", rate, p50, p99, f"{rate / empty:.0%} of the empty responder, {errors} not 200")


def machine():
    """What the figures were taken on."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        model = re.search(r"model name\s*: (.*)", info.read()).group(1)
    return f"{os.cpu_count()} × {model}, Linux {os.uname().release.split('-')[0]}; load, web server, responder and " \
           "database on the same machine"


def main():
    """Runs all of it and prints the table."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=8, help="length of each measurement")
    seconds = parser.parse_args().seconds
    print(machine())
    stack = Stack(change=lambda settings: settings["server"].update(fast_workers=4))
    empty = None
    try:
        empty_port = stack.nginx.port
        stack.nginx.port += 1
        stack.nginx.url = f"https://localhost:{stack.nginx.port}"
        stack.nginx.extra = EMPTY_SERVER.format(port=empty_port, directory=stack.directory, source=SOURCE)
        stack.start()
        empty = subprocess.Popen([os.path.join(stack.build, "empty_responder"),
                                  os.path.join(stack.directory, "empty.sock"), "4"], start_new_session=True)
        wait_for(lambda: os.path.exists(os.path.join(stack.directory, "empty.sock")), "the empty responder")
        print(f"\n{'':<44} {'per s':>9} {'p50 ms':>9} {'p99 ms':>9}")
        token_check(stack, empty_port, seconds)
        launch_config(stack, seconds)
    finally:
        if empty is not None:
            os.killpg(empty.pid, 15)
        stack.stop()
    for name in ("bench_sr25519", "bench_matmul"):
        print(flush=True)
        subprocess.run([os.path.join(stack.build, name)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
