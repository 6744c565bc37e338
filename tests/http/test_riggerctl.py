"""riggerctl as an administrator uses it: as a role of rigger_admin, on the shared database."""

import base64
import json
import os
import re
import subprocess
import uuid

import pytest

from harness.processes import wait_for
from harness.stack import Stack


@pytest.fixture(scope="module")
def steward(stack):
    """riggerctl as a login role that is in rigger_admin; returns what it did."""
    stack.postgres.execute("create role steward login in role rigger_admin")
    dsn = stack.postgres.dsn_of("steward")

    def run(*arguments, code=0):
        done = subprocess.run([os.path.join(stack.build, "riggerctl"), *arguments, "--dsn", dsn],
                              capture_output=True, text=True, env=stack.responder.environment(), check=False)
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done

    run.dsn = dsn
    return run


def rows(done):
    """Its lines of JSON."""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def life(api, network):
    """A miner, a chute and a hot instance of it."""
    miner, chute = network.miner(gpus=2), network.chute(target=3)
    return miner, chute, api.hot(miner, chute)


def test_chutes(steward, life, stack):
    _, chute, _ = life
    (row,) = rows(steward("chutes", chute, "--json"))
    assert (row["target"], row["total"], row["hot"], row["free"],
            row["rolling_update"]) == (3, 1, 1, 2, False)
    table = steward("chutes", chute).stdout.splitlines()
    assert table[0].split()[:3] == ["chute_id", "name", "target"] and chute in table[1] and len(table) == 2
    by_name = stack.postgres.execute("select name from public.chutes where chute_id = %s",
                                     (chute,))[0]["name"]
    assert chute in [row["chute_id"] for row in rows(steward("chutes", by_name, "--json"))]
    assert chute in steward("chutes").stdout


def test_a_target_where_there_is_no_redis(steward, life, stack):
    _, chute, _ = life
    assert steward("target", chute, "5").stdout == "done\n"
    assert stack.postgres.execute("select target from rigger.v_chute_capacity where chute_id = %s",
                                  (chute,))[0]["target"] == 5
    assert "1000000" in steward("target", chute, "1000001", code=2).stderr


def test_instances(steward, life):
    miner, chute, launch = life
    (row,) = rows(steward("instances", "--chute", chute, "--json"))
    assert row["instance_id"] == launch.instance_id and row["active"] is True and row["verified"] is True
    assert row["gpus"] == [miner.gpus[0][0]] and row["job_id"] is None
    assert not {"symmetric_key", "cacert", "env_key", "seed", "code"} & row.keys()
    assert rows(steward("instances", "--miner", miner.hotkey, "--json")) == [row]
    assert rows(steward("instances", "--miner", "nobody", "--json")) == []
    assert launch.instance_id in steward("instances").stdout


def test_miners(steward, life):
    miner, _, _ = life
    (row,) = rows(steward("miners", miner.hotkey, "--json"))
    assert (row["gpus"], row["gpus_in_use"], row["instances"], row["hot"]) == (2, 1, 1, 1)
    assert miner.hotkey in steward("miners").stdout


def test_stuck(steward, api, network):
    launch = api.launch(network.miner(gpus=1), network.chute())
    (row,) = [row for row in rows(steward("stuck", "--json")) if row["id"] == launch.config_id]
    assert row["kind"] == "launch_config" and row["waiting_for"] == "its claim"
    assert launch.config_id in steward("stuck").stdout


def test_target_and_blacklist(steward, api, network):
    miner, chute = network.miner(gpus=1), network.chute(target=0)
    steward("target", chute, "4")
    assert rows(steward("chutes", chute, "--json"))[0]["target"] == 4
    assert "no such chute" in steward("target", "nothing", "4", code=1).stderr
    assert steward("blacklist", miner.hotkey, "burns GPUs").stdout == "done\n"
    assert api.token(miner, chute).status == 403
    assert rows(steward("miners", miner.hotkey, "--json"))[0]["blacklist_reason"] == "burns GPUs"
    steward("blacklist", "--lift", miner.hotkey)
    assert api.token(miner, chute).status == 200
    assert "registered" in steward("blacklist", "nobody", "x", code=1).stderr


def test_limits(steward, stack):
    (row,) = [row for row in rows(steward("limits", "--json")) if row["name"] == "verification.count"]
    assert (row["value"], row["initial"], row["unit"], row["minimum"],
            row["maximum"]) == (6, 6, "verifications", 1, 1000)
    assert steward("limits", "verification.count", "7").stdout == "done\n"
    assert stack.postgres.execute("select rigger.limit_of('verification.count') as value") == [{"value": 7}]
    refused = steward("limits", "verification.count", "1001", code=1).stderr
    assert "cannot be 1001: it is a whole number from 1 to 1000 (verifications)" in refused
    assert "cannot be 1.5" in steward("limits", "verification.count", "1.5", code=1).stderr
    assert "no such limit" in steward("limits", "verification.most", "7", code=1).stderr
    steward("limits", "verification.count", "initial")
    assert stack.postgres.execute("select rigger.limit_of('verification.count') as value") == [{"value": 6}]


def test_evict(steward, life, stack):
    _, _, launch = life
    assert rows(steward("evict", launch.instance_id, "burns", "--json")) == [{"done": True}]
    (audit,) = stack.postgres.execute(
        "select deletion_reason from public.instance_audit where instance_id = %s",
        (launch.instance_id,))
    assert audit["deletion_reason"] == "burns"
    assert "no such instance" in steward("evict", launch.instance_id, "burns", code=1).stderr


def test_status_names_what_others_wrote_and_cannot_be_used(steward, network):
    chute = network.chute(min_vram_gb_per_gpu="80GB")
    found = {"kind": "chute", "id": chute, "unreadable": "node_selector.min_vram_gb_per_gpu"}
    assert found in rows(steward("status", "--json"))
    shown = steward("status").stdout
    assert "cannot be used" in shown and chute in shown


def test_requeue(steward, api, network):
    miner, chute = network.miner(gpus=1), network.chute(chutes_version="0.2.20", target=3)
    gpu, host = miner.gpus[0]
    made = api.signed(miner, "POST", f"/instances/{chute}/", {"node_ids": [gpu], "host": host, "port": 20000})
    assert made.status == 202
    instance = made.json["instance_id"]
    steward("requeue", instance)
    (row,) = rows(steward("instances", "--chute", chute, "--json"))
    assert row["background_verification"] is not None
    assert steward("requeue", str(uuid.uuid4()), code=1).stderr


def test_events_tail(steward, life):
    _, _, launch = life
    reasons = [row["reason"] for row in rows(steward("events", "tail", "--count", "1000", "--json"))
               if row["instance_id"] == launch.instance_id]
    assert reasons == ["instance_created", "instance_verified", "instance_hot", "instance_activated"]
    assert len(steward("events", "tail", "--count", "2").stdout.splitlines()) == 2


@pytest.fixture
def quiet():
    """A stack in which nothing happens by itself, with three events."""
    with Stack(lambda settings: settings["background"].update(reap_interval_ms=86400000)) as running:
        running.postgres.execute("create role steward login in role rigger_admin")
        running.postgres.execute(
            "insert into rigger.events (channel, reason, payload) select 'events', 'old', '{}'"
            " from generate_series(1, 3)")
        yield running


def test_events_follow_shows_what_commits_late(quiet, tmp_path):
    stack = quiet
    late = stack.postgres.connect()
    late.autocommit = False
    with late.cursor() as cursor:
        cursor.execute("insert into rigger.events (channel, reason, payload) values ('events', 'late', '{}')")
    with open(tmp_path / "out", "w+", encoding="utf-8") as out:
        follower = subprocess.Popen([os.path.join(stack.build, "riggerctl"), "events",
                                     "tail", "--follow", "--json", "--count", "3", "--dsn",
                                     stack.postgres.dsn_of("steward")], stdout=out)
        try:
            def seen():
                with open(tmp_path / "out", encoding="utf-8") as lines:
                    return [json.loads(line)["reason"] for line in lines if line.endswith("\n")]

            wait_for(lambda: len(seen()) == 3, "the newest events")
            stack.postgres.execute(
                "insert into rigger.events (channel, reason, payload) values ('events', 'soon', '{}')")
            wait_for(lambda: seen()[3:] == ["soon"], "what came meanwhile")
            late.commit()
            wait_for(lambda: seen()[3:] == ["soon", "late"], "what was under way before it")
        finally:
            follower.kill()
            follower.wait()
            late.close()


def test_a_launch_token_is_judged(stack, api, network):
    launch = api.launch(network.miner(gpus=1), network.chute())

    def token(text, *options):
        return subprocess.run([os.path.join(stack.build, "riggerctl"), "token", "--config",
                               stack.responder.config, *options, text], capture_output=True,
                              text=True, env=stack.responder.environment(), input=launch.token + "\n",
                              check=False)

    good = token(launch.token)
    assert good.returncode == 0 and good.stdout.endswith("good\n") and launch.config_id in good.stdout
    claims = json.loads(token("-", "--json").stdout)
    assert claims["sub"] == launch.config_id and claims["fault"] is None
    head, body, signature = launch.token.split(".")
    forged = token(f"{head}.{body}.{signature[::-1]}")
    assert forged.returncode == 1 and "refused: its signature" in forged.stdout
    assert token("nonsense").returncode == 1
    other = base64.urlsafe_b64encode(b'{"sub":"x"}').decode().rstrip("=")
    assert "no launch token" in token(f"{head}.{other}.{signature}").stdout


@pytest.mark.parametrize("arguments", [
    ["target", "x"], ["target", "x", "-1"], ["target", "x", "1x"], ["blacklist", "x"], ["blacklist", "x", ""],
    ["blacklist", "--lift", "x", "y"], ["evict", "x"], ["evict", "x", ""], ["requeue"],
    ["events"], ["events", "head"], ["events", "tail", "--count", "0"], ["chutes", "a", "b"],
    ["chutes", "--follow"], ["instances", "a"], ["miners", "a", "b"], ["stuck", "a"],
    ["status", "a"], ["reap", "a"], ["token"], ["stuck", "--nonsense"]])
def test_wrong_usage_is_2_and_says_so(stack, arguments):
    done = subprocess.run([os.path.join(stack.build, "riggerctl"), *arguments],
                          capture_output=True, text=True, env=stack.responder.environment(), check=False)
    assert done.returncode == 2 and done.stderr, arguments


def test_a_reader_can_look_and_not_touch(stack, life):
    _, chute, launch = life
    stack.postgres.execute("create role reader login in role rigger_read")
    ctl = os.path.join(stack.build, "riggerctl")
    dsn = stack.postgres.dsn_of("reader")
    seen = subprocess.run([ctl, "instances", "--chute", chute, "--dsn", dsn], capture_output=True, text=True,
                          env=stack.responder.environment(), check=True)
    assert launch.instance_id in seen.stdout
    refused = subprocess.run([ctl, "evict", launch.instance_id, "x", "--dsn", dsn],
                             capture_output=True, text=True, env=stack.responder.environment(), check=False)
    assert refused.returncode == 1 and "42501" in refused.stderr


def calibrate(stack, *arguments):
    return subprocess.run([os.path.join(stack.build, "riggerctl"), "calibrate", *arguments],
                          capture_output=True, text=True, check=False)


def test_calibrate_tells_the_matmul_n_of_every_gpu_model(steward, stack):
    stack.postgres.execute("insert into rigger.gpu_models (model, memory_gb, iterations, estimate_seconds)"
                           " values ('hasty', 1, 1, 0.000001), ('patient', 1, 1, 1e12)")
    try:
        found = rows(steward("calibrate", "--seconds", "1", "--json"))
        shown = steward("calibrate", "--seconds", "1").stdout
        limits = {row["model"]: (row["iterations"], float(row["limit"])) for row in stack.postgres.execute(
            "select model, iterations, estimate_seconds * rigger.limit_of('challenge.time_factor') as limit"
            " from rigger.gpu_models")}
    finally:
        stack.postgres.execute("delete from rigger.gpu_models where model in ('hasty', 'patient')")
    sizes, models = found[:7], {row["model"]: row for row in found[7:]}
    assert [row["n"] for row in sizes] == [256, 512, 1024, 2048, 4096, 8192, 16384]
    assert sizes[0]["measured"] and not sizes[-1]["measured"]
    assert models.keys() == limits.keys() and "h100" in models
    for model, (iterations, limit) in limits.items():
        late = [row["n"] for row in sizes
                if row["all_threads_us"] * iterations > models[model]["limit_ms"] * 1000]
        assert models[model]["matmul_n"] == (late[0] if late else None), model
        assert models[model]["iterations"] == iterations
        assert models[model]["limit_ms"] == pytest.approx(min(limit * 1000, 1e15), abs=1), model
    assert (models["hasty"]["matmul_n"], models["patient"]["matmul_n"]) == (256, None)
    assert "this machine's CPU" in shown and "A GPU, or a better program, is faster" in shown
    assert re.search(r"^  256    +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9]+$", shown, re.MULTILINE)
    assert re.search(r"^16384\* +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9]+$", shown, re.MULTILINE)
    assert "* not measured: estimated from n = " in shown
    assert re.search(r"^hasty +1 +0\.0 +256 +[0-9.]+$", shown, re.MULTILINE)
    assert re.search(r"^patient +1 +[0-9.]+ +none +[0-9.]+$", shown, re.MULTILINE)
    assert "lower challenge.time_factor" in shown


def test_calibrate_for_a_limit_asks_no_database(stack):
    done = calibrate(stack, "--seconds", "1", "--limit", "1000000", "--iterations", "1")
    assert done.returncode == 0 and done.stderr == ""
    assert "k = 1: n = 16384 takes " in done.stdout
    done = calibrate(stack, "--seconds", "1", "--limit", "1", "--iterations", "1000000")
    assert done.returncode == 0 and "matmul_n = 256 is the smallest" in done.stdout
    for wrong, told in ((("--seconds", "0"), "from 1 to 3600"), (("--limit", "x"), "from 1 to 1000000"),
                        (("--iterations", "2"), "goes with --limit"), (("now",), "takes no arguments"),
                        (("--limit", "1", "--dsn", "dbname=x"), "not both")):
        refused = calibrate(stack, *wrong)
        assert refused.returncode == 2 and told in refused.stderr and refused.stdout == "", wrong
