"""/metrics: all workers' counters, in the text that Prometheus reads."""

import os
import signal
import subprocess

import pytest

from harness.client import Api
from harness.processes import wait_for
from harness.samples import Samples
from harness.stack import Stack


@pytest.fixture(scope="module")
def own():
    """A stack whose counters nobody else moves."""
    with Stack() as running:
        yield running


def test_requests_are_counted_whichever_worker_served_them(own):
    api = Api(own)
    before = Samples(api)
    for _ in range(40):
        assert api.request("GET", "/ping").status == 200
    assert api.request("GET", "/nowhere").status == 404
    assert api.request("GET", "/instances/launch_config?chute_id=x").status == 401
    wait_for(lambda: Samples(api)("rigger_requests_total", route="issue_launch_config", status="401")
             > before("rigger_requests_total", route="issue_launch_config", status="401"), "the last of them")
    after = Samples(api)

    def grown(name, **labels):
        return after(name, **labels) - before(name, **labels)

    assert grown("rigger_requests_total", route="ping", status="200") == 40
    assert grown("rigger_requests_total", route="none", status="404") == 1
    assert grown("rigger_requests_total", route="issue_launch_config", status="401") == 1
    assert grown("rigger_request_duration_seconds_count", route="ping") == 40
    assert grown("rigger_request_duration_seconds_bucket", route="ping", le="+Inf") == 40
    assert 0 < grown("rigger_database_seconds_total", route="ping") \
        <= grown("rigger_request_duration_seconds_sum", route="ping")


def test_every_family_says_what_it_is(own):
    samples = Samples(Api(own))
    for family in samples.families.values():
        assert family.documentation and family.type in ("counter", "gauge", "histogram"), family.name
    buckets = [sample.value for sample in samples.families["rigger_request_duration_seconds"].samples
               if sample.name.endswith("_bucket") and sample.labels["route"] == "metrics"]
    assert buckets == sorted(buckets) and len(buckets) > 5


def test_workers_and_their_deaths(own):
    api = Api(own)
    samples = Samples(api)
    assert [samples("rigger_workers", pool=pool) for pool in ("fast", "slow", "background")] == [4, 4, 1]
    wait_for(lambda: Samples(api)("rigger_workers_busy", pool="fast") == 1,
             "the one that answers, and no other")
    os.kill(own.responder.workers()[-1], signal.SIGKILL)
    wait_for(lambda: Samples(api)("rigger_worker_deaths_total") == samples("rigger_worker_deaths_total") + 1,
             "a death")
    wait_for(lambda: Samples(api)("rigger_workers", pool="background") == 1, "its successor")


def test_what_the_reaper_took(own):
    api, network = Api(own), own.network
    before = Samples(api)("rigger_reaped_total", kind="launch_config")
    api.launch(network.miner(gpus=1), network.chute())
    own.postgres.execute("update public.launch_configs set created_at = created_at - interval '3 hours'")
    wait_for(lambda: Samples(api)("rigger_reaped_total", kind="launch_config") == before + 1, "the reaper")


def test_a_duty_that_fails_shows_everywhere_and_stops_no_other(own):
    api = Api(own)
    wait_for(lambda: Samples(api)("rigger_duty_last_success_timestamp_seconds", duty="reaper") > 0, "a round")
    own.postgres.execute("alter function rigger.reap() rename to reap_away")
    try:
        wait_for(lambda: Samples(api)("rigger_duty_failures", duty="reaper") >= 2, "failures")
        ready = api.request("GET", "/readyz")
        assert ready.status == 200
        assert any("the reaper has failed" in warning and "SQLSTATE 42883" in warning
                   for warning in ready.json["warnings"])
        status = subprocess.run([os.path.join(own.build, "riggerctl"), "status", "--dsn", own.postgres.dsn],
                                capture_output=True, text=True, check=False)
        assert status.returncode == 1 and "the reaper has failed" in status.stdout
        wait_for(lambda: "the reaper has failed" in own.responder.log(), "a line in the log")
        assert Samples(api)("rigger_duty_failures", duty="pruner") == 0
    finally:
        own.postgres.execute("alter function rigger.reap_away() rename to reap")
    wait_for(lambda: "warnings" not in api.request("GET", "/readyz").json, "a round that is well")
    assert Samples(api)("rigger_duty_failures", duty="reaper") == 0


def test_a_reload_keeps_the_counters(own):
    api = Api(own)
    before = Samples(api)("rigger_requests_total", route="ping", status="200")
    own.responder.renew()
    api.request("GET", "/ping")
    wait_for(lambda: Samples(api)("rigger_requests_total", route="ping", status="200") > before, "the count")
    assert Samples(api)("rigger_requests_total", route="ping", status="200") == before + 1


def test_only_the_configured_networks_may_look(own):
    api = Api(own)
    assert api.request("GET", "/metrics").status == 200
    own.settings["server"]["metrics_allow"] = "192.0.2.0/24"
    own.responder.renew()
    answer = api.request("GET", "/metrics")
    assert answer.status == 403 and "rigger_" not in answer.text
    forged = api.request("GET", "/metrics", headers={"X-Forwarded-For": "192.0.2.1"})
    assert forged.status == 403, "nobody is a trusted proxy"
