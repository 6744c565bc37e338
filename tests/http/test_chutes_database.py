"""On the database of a Chutes deployment: nothing of it changes but what has to, its
data stays, and lives work on it."""

import os
import re
import subprocess

import pytest

from harness import databases
from harness.chutes_database import Deployment, dump, fill, state
from harness.client import Api, Launch
from harness.jobs import job_of
from harness.pod import Port


@pytest.fixture(scope="module", params=[name for name in databases.DATABASES if name != "own"])
def deployment(request):
    """Migrated, and serving."""
    with Deployment(database=request.param) as stack:
        stack.after = state(stack.postgres, stack.before[1])
        stack.fresh = request.param.endswith("fresh")
        yield stack


def test_the_data_is_as_it_was(deployment):
    assert deployment.after[1] == deployment.before[1]
    assert deployment.after[1]["launch_configs"][0].count("18446744073709551615") == 1


def test_nothing_goes_but_the_wrong_trigger_and_nothing_comes_but_what_is_missing(deployment):
    """Indexes and triggers; in a fresh database, which lacks them, tables as well."""
    gone, come = deployment.before[0] - deployment.after[0], deployment.after[0] - deployment.before[0]
    assert ([re.match(r"CREATE TRIGGER (\w+)", statement).group(1) for statement in gone]
            == ([] if deployment.fresh else ["tr_reset_jobs_on_fail"]))
    missing = {"instance_node_history", "fs_challenges"} - set(deployment.before[1])
    assert bool(missing) == deployment.fresh
    made = [statement for statement in come if re.search(rf"\b({'|'.join(missing) or 'none'})\b", statement)]
    assert {re.match(r"CREATE TABLE public\.(\w+)", statement).group(1) for statement in made
            if statement.startswith("CREATE TABLE")} == missing
    kinds = {re.match(r"CREATE (UNIQUE INDEX|INDEX|TRIGGER \w+)", statement).group(1)
             for statement in come.difference(made)}
    assert kinds == {"INDEX", "TRIGGER rigger_free_job"} | (
        {"TRIGGER rigger_node_history"} if deployment.fresh else set()), come


def test_migrating_again_changes_nothing(deployment):
    subprocess.run([os.path.join(deployment.build, "rigger"), "migrate", "--dsn", deployment.postgres.dsn],
                   check=True, capture_output=True, env=deployment.responder.environment())
    assert dump(deployment.postgres) == deployment.after[0]


def test_its_audit_and_history_are_kept_once(deployment):
    api, network = Api(deployment), deployment.network
    miner, chute = network.miner(gpus=1), network.chute()
    instance = api.hot(miner, chute).instance_id
    assert api.delete(miner, chute, instance).status == 200
    audit = deployment.postgres.execute("select * from instance_audit where instance_id = %s", (instance,))
    assert len(audit) == 1 and audit[0]["verified_at"] and audit[0]["deleted_at"]
    assert audit[0]["deletion_reason"] == "miner initialized" and audit[0].get("billed_to") is None
    history = deployment.postgres.execute("select node_id from instance_node_history where instance_id = %s",
                                          (instance,))
    assert [row["node_id"] for row in history] == [miner.gpus[0][0]]
    assert deployment.postgres.execute("select * from rigger.check_invariants()") == []


def test_a_job_runs_on_it_and_a_loser_does_not_reset_it(deployment):
    api, network = Api(deployment), deployment.network
    chute = network.chute(jobs=[{"name": "train", "ports": [{"port": 9000, "proto": "tcp"}], "timeout": 60}])
    job = job_of(deployment, chute)
    winner, loser = (network.miner(gpus=1, host="127.0.0.1") for _ in range(2))
    issued = [api.token(miner, chute, job) for miner in (winner, loser)]
    # There a job has one launch config.
    assert [answer.status for answer in issued] == [200, 409 if deployment.fresh else 200]
    launches = [Launch(api, answer.json) for answer in issued if answer.status == 200]
    port = Port("tcp", 9000)

    def mappings(number):
        return [{"internal_port": 8000, "external_port": number, "proto": "tcp"}, port.mapping()]

    assert launches[0].claim(winner.gpus, port_mappings=mappings(31000)).status == 200
    if not deployment.fresh:
        assert launches[1].claim(loser.gpus, port_mappings=mappings(31001)).status == 409
    launches[0].solve()
    port.key = launches[0].key
    assert launches[0].verify().status == 200
    port.close()
    (row,) = deployment.postgres.execute("select miner_hotkey, status from jobs where job_id = %s", (job,))
    assert row == {"miner_hotkey": winner.hotkey, "status": "running"}


def test_a_verification_can_be_taken(deployment):
    taken = "select * from rigger.take_verification(gen_random_uuid(), '1 minute')"
    assert deployment.postgres.execute(taken) == []
    deployment.postgres.execute("insert into rigger.verifications (instance_id) values ('i')")
    (row,) = deployment.postgres.execute(taken)
    assert (row["instance_id"], row["miner_hotkey"], row["filename"]) == ("i", "hk", "app.py")
    deployment.postgres.execute("delete from rigger.verifications")


def test_what_the_python_service_made_is_shown_and_counted(deployment):
    (row,) = deployment.postgres.execute(
        "select target, total, hot from rigger.v_chute_capacity where chute_id = 'c'")
    assert (row["target"], row["total"], row["hot"]) == (3, 1, 1)
    (row,) = deployment.postgres.execute(
        "select active, verified, address from rigger.v_instances where instance_id = 'i'")
    assert row == {"active": True, "verified": True, "address": None}


def test_an_instance_of_the_python_service_can_be_evicted(deployment):
    assert deployment.postgres.execute("select rigger.evict('i', 'burns') as done")[0]["done"] is True
    (row,) = deployment.postgres.execute(
        "select deletion_reason, current_setting('timezone') as zone,"
        " deleted_at - now() at time zone 'utc' between '-1 minute' and '1 minute' as in_utc"
        " from instance_audit where instance_id = 'i'")
    assert row == {"deletion_reason": "burns", "in_utc": True, "zone": "Europe/Berlin"}
    assert deployment.postgres.execute("select * from rigger.check_invariants()") == []


BILLED = """
insert into jobs (job_id, user_id, chute_id, version, method, job_args, status, miner_history,
  compute_multiplier, active, verified, started_at, miner_hotkey)
  values ('billed', 'u', 'c', '1', 'm', '{}', 'running', '[]', 1, true, true, now(), 'hk');
insert into instances (instance_id, host, port, chute_id, version, miner_uid, miner_hotkey, miner_coldkey,
  active, verified, consecutive_failures, activated_at, billed_to, hourly_rate, compute_multiplier)
  values ('billed', 'h', 2, 'c', '1', 3, 'hk', 'ck', true, true, 0, now() - interval '30 hours', 'u', 2, 16);
update jobs set instance_id = 'billed' where job_id = 'billed';
"""


def test_what_the_python_service_bills_is_billed_when_we_evict_it(deployment):
    """The network's trigger settles the bill of a job while the job still names the instance."""
    postgres = deployment.postgres
    if not postgres.execute("select 1 from pg_trigger where tgname = 'trigger_update_balance_on_delete'"):
        pytest.skip("nobody is billed there")
    postgres.execute("set timezone = 'UTC';" + BILLED)
    assert postgres.execute("select rigger.evict('billed', 'burns') as done")[0]["done"] is True
    (row,) = postgres.execute("select round(balance::numeric, 1)::text as balance from users"
                              " where user_id = 'u'")
    assert row["balance"] == "40.0", "30 hours at two dollars, of a hundred"
    (row,) = postgres.execute("select round(sum(amount)::numeric, 1)::text as amount, count(*) as days"
                              " from usage_data where user_id = 'u'")
    assert row["amount"] == "60.0" and row["days"] in (2, 3)
    (row,) = postgres.execute("select status, instance_id from jobs where job_id = 'billed'")
    assert row == {"status": "error", "instance_id": None}


@pytest.mark.parametrize("change, told", [
    ("alter table instances drop column cacert", "instances.cacert is missing"),
    ("alter table jobs drop column miner_history", "jobs.miner_history is missing"),
    ("alter table launch_configs alter env_key type bytea using ''::bytea",
     "launch_configs.env_key is bytea, must be text"),
    ("alter table launch_configs alter failed_at type timestamptz",
     "launch_configs.failed_at is timestamp with time zone"),
    ("alter table chutes alter node_selector type json", "chutes.node_selector is json, must be jsonb"),
    ("alter table instances alter port type text", "instances.port is text, must be integer"),
    ("alter table nodes drop column verified_at; alter table users drop column hotkey",
     "users.hotkey is missing")])
def test_a_column_that_does_not_fit_is_named_and_nothing_changes(cluster, stack, change, told):
    cluster.execute("drop database if exists rigger", dbname="postgres")
    cluster.execute("create database rigger", dbname="postgres")
    databases.load(cluster, "2025-08")
    fill(cluster)
    cluster.execute(change)
    before = dump(cluster)
    refused = subprocess.run([os.path.join(stack.build, "rigger"), "migrate", "--dsn", cluster.dsn],
                             capture_output=True, text=True, check=False, env=stack.responder.environment())
    assert refused.returncode == 1 and told in refused.stderr, refused.stderr
    assert refused.stderr.count("is missing") == change.count("drop column"), "all of them are named"
    assert dump(cluster) == before
    assert cluster.execute("select 1 from pg_class where relnamespace = to_regnamespace('rigger')"
                           " and relname = 'events'") == []
