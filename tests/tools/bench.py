"""Figures, as ratios taken in one run: ./dev bench.

Requests per second and latencies of launch_config, token_check and whole lives through nginx, beside pgbench
calling the same SQL function on the same database and an empty FastCGI responder behind the same nginx;
signatures per second; seconds of the matmul prover and verifier. --compare REV measures another revision and
this one in turn and prints the ratios of their medians.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

from harness.processes import program, run, wait_for
from harness.stack import BUILD, SOURCE, Stack
from tools import bench_slow_pods, bench_waiting

CONNECTIONS = 8
ROUNDS = 5
TOLERATED = 0.95  # of the other revision's speed
NO_DISK = "fsync = off\n"  # in a comparison: how long the disk takes is neither revision's doing
PGBENCH_SCRIPT = """
\\set nonce random(1, 9223372036854775807)
select rigger.issue_launch_config('{hotkey}', 64, sha256(('{salt}' || random()::text || :nonce)::bytea),
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


class Row:
    """A line of the table: what was measured, per second, milliseconds (None: not taken), and a remark."""

    def __init__(self, what, rate, p50=None, p99=None, remark=""):
        self.what = what
        self.rate = rate
        self.p50 = p50
        self.p99 = p99
        self.remark = remark

    def __str__(self):
        times = "".join(f" {'' if value is None else f'{value:.2f}':>9}" for value in (self.p50, self.p99))
        return f"{self.what:<44} {self.rate:>9.1f}{times}  {self.remark}"


def wrk(url, seconds, *arguments):
    """(requests per second, p50 ms, p99 ms, errors) of a wrk run."""
    out = run([program("wrk"), "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s",
               "--latency", url, *arguments])
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


def launch_config(stack, seconds):
    """launch_config through nginx beside its SQL function alone."""
    miner, chute = stack.network.miner(), stack.network.chute(target=10**9)
    path = f"/instances/launch_config?chute_id={chute}"
    script = PGBENCH_SCRIPT.format(hotkey=miner.hotkey, chute=chute, salt=os.urandom(8).hex())
    limit = pgbench(stack, script, seconds)
    yield Row("pgbench, issue_launch_config alone", limit)
    signed = stack.network.sign(miner, "GET", path, count=int(limit * seconds * 1.5))
    headers = os.path.join(stack.directory, "headers.tsv")
    with open(headers, "w", encoding="ascii") as file:
        for one in signed:
            file.write("\t".join(one[f"X-Chutes-{name}"] for name in ("Hotkey", "Nonce", "Signature")) + "\n")
    lua = os.path.join(SOURCE, "tests", "tools", "bench", "launch_config.lua")
    rate, p50, p99, errors = wrk(stack.nginx.url, seconds, "-s", lua, "--", headers, path, "1")
    yield Row("GET launch_config", rate, p50, p99, f"{rate / limit:.0%} of pgbench, {errors} not 200")


def token_check(stack, empty_port, seconds):
    """token_check through nginx beside an empty responder."""
    empty, p50, p99, _ = wrk(f"https://localhost:{empty_port}/", seconds)
    yield Row("empty FastCGI responder", empty, p50, p99)
    rate, p50, p99, errors = wrk(f"{stack.nginx.url}/instances/token_check?salt=abc", seconds)
    yield Row("GET token_check", rate, p50, p99,
              f"{rate / empty:.0%} of the empty responder, {errors} not 200")


def lives(stack, seconds):
    """Whole lives (token, claim, solve, verify, activate, token_check, delete) of four miners at once."""
    chute = stack.network.chute(target=10**6)
    lines = []
    for number in range(4):
        host = stack.network.host()
        miner = stack.network.miner(gpus=1, host=host)
        lines.append("\t".join([miner.seed, chute, miner.gpus[0][0], host, str(20000 + 10 * number)]))
    out = run([os.path.join(stack.build, "rigger-miner"), "--url", stack.nginx.url, "--cacert",
               stack.nginx.certificate, "--lives", "-", "--count", str(60 * seconds),
               "--concurrency", "4", "--quiet", "--json"],
              input="\n".join(lines) + "\n")
    table = json.loads(out.splitlines()[-1])
    yield Row("whole lives, matmul n 256", table["lives_per_second"], remark=f"{table['failures']} failed")


def crypto(build):
    """Signatures, and the verifier of matmul, per second of CPU."""
    for line in run([os.path.join(build, "bench_sr25519")]).splitlines():
        yield Row(line.split(":")[0], float(re.search(r": (\d+) per second", line).group(1)))
    for line in run([os.path.join(build, "bench_matmul"), "1024", "2048"]).splitlines()[2:]:
        n, verifier, _, prover, _, ratio = line.split()
        yield Row(f"matmul verifier, n {n}", 1 / float(verifier),
                  remark=f"the prover takes {ratio} times as long")
        yield Row(f"matmul prover, n {n}", 1 / float(prover))


def measure(build, source, seconds, postgres_settings=""):
    """Every row of one build, as it comes."""
    stack = Stack(change=lambda settings: settings["server"].update(fast_workers=4), build=build,
                  source=source, postgres_settings=postgres_settings)
    empty = None
    try:
        empty_port = stack.nginx.port
        stack.nginx.port += 1
        stack.nginx.url = f"https://localhost:{stack.nginx.port}"
        stack.nginx.extra = EMPTY_SERVER.format(port=empty_port, directory=stack.directory, source=source)
        stack.start()
        empty = subprocess.Popen([os.path.join(build, "empty_responder"),
                                  os.path.join(stack.directory, "empty.sock"), "4"],
                                 start_new_session=True)
        wait_for(lambda: os.path.exists(os.path.join(stack.directory, "empty.sock")), "the empty responder")
        yield from token_check(stack, empty_port, seconds)
        yield from launch_config(stack, seconds)
        yield from lives(stack, seconds)
    finally:
        if empty is not None:
            os.killpg(empty.pid, 15)
        stack.stop()
    yield from crypto(build)


def machine():
    """What the figures were taken on."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        model = re.search(r"model name\s*: (.*)", info.read()).group(1)
    return f"{os.cpu_count()} × {model}, Linux {os.uname().release.split('-')[0]}; load, " \
           "web server, responder and database on the same machine"


def compare(other, source, seconds):
    """Two builds in turn, ROUNDS times; their medians and how fast this one is beside
    the other. 1: a row is too slow."""
    rates = {}
    for number in range(ROUNDS):
        for which, (build, tree) in enumerate(((other, source), (BUILD, SOURCE))):
            print(f"round {number + 1} of {ROUNDS}, {'this' if which else 'the other'} revision",
                  file=sys.stderr, flush=True)
            for row in measure(build, tree, seconds, NO_DISK):
                rates.setdefault(row.what, ([], []))[which].append(row.rate)
    print(
        f"\n{'per second, medians of ' + str(ROUNDS) + ' runs in turn':<44} {'other':>9} {'this':>9}  speed")
    slower = []
    for what, (before, after) in rates.items():
        before, after = statistics.median(before), statistics.median(after)
        print(f"{what:<44} {before:>9.1f} {after:>9.1f}  {after / before:.3f}")
        if after / before < TOLERATED:
            slower.append(what)
    print(f"more than {1 - TOLERATED:.0%} slower: {', '.join(slower) or 'none'}")
    return 1 if slower else 0


def main():
    """Runs all of it and prints the table."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=8, help="length of each measurement")
    parser.add_argument("--other", nargs=2, metavar=("BUILD", "SOURCE"), help=argparse.SUPPRESS)
    parser.add_argument("--waiting", action="store_true",
                        help="how others fare while claims wait for GraVal, and nothing else")
    parser.add_argument("--slow-pods", action="store_true",
                        help="how honest pods fare while a third of the pods are slow, and nothing else")
    arguments = parser.parse_args()
    print(machine())
    if arguments.waiting:
        return bench_waiting.main()
    if arguments.slow_pods:
        return bench_slow_pods.main()
    if arguments.other:
        return compare(*arguments.other, arguments.seconds)
    print(f"\n{'':<44} {'per s':>9} {'p50 ms':>9} {'p99 ms':>9}")
    for row in measure(BUILD, SOURCE, arguments.seconds):
        print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
