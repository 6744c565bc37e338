"""Names of hosts: nobody's is looked up whom the database would refuse anyhow, look-ups are bounded, and a
resolver that does not say is nobody's fault. The DNS server is a real one; nothing here goes by the clock."""

import concurrent.futures
import os
import signal
import tempfile
import uuid

import pytest

from harness.announce import announce
from harness.client import Api, Launch
from harness.jobs import JOBS, job_of
from harness.names import Names
from harness.network import Miner
from harness.processes import wait_for
from harness.samples import Samples
from harness.stack import Stack

OF_HOTKEY = 2  # look-ups at once

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may have port 53")


@pytest.fixture(scope="module")
def names():
    """The DNS server."""
    with tempfile.TemporaryDirectory(prefix="rigger-names-") as directory:
        server = Names(directory)
        yield server
        server.close()


@pytest.fixture(scope="module")
def stack(names):
    """A stack that asks it."""
    def change(settings):
        settings["launch"]["lookups_of_hotkey"] = OF_HOTKEY
        settings["server"]["slow_workers"] = 4

    running = Stack(change)
    running.responder.before = names.before()
    with running:
        yield running


@pytest.fixture(scope="module")
def api(stack):
    """Its endpoints."""
    return Api(stack)


@pytest.fixture
def pool():
    """Threads, for requests that wait."""
    with concurrent.futures.ThreadPoolExecutor(32) as threads:
        yield threads


def fresh(kind):
    """A name that nobody has asked for."""
    return f"{kind}.n{uuid.uuid4().hex[:12]}.example"


def miner_at(stack, host, gpus=1):
    """A miner whose GPUs were verified at that host."""
    return stack.network.miner(gpus=gpus, host=host)


def config(stack, launch):
    """The config's row."""
    return stack.postgres.execute("select * from public.launch_configs where config_id = %s",
                                  (launch.config_id,))[0]


def test_a_name_that_has_an_address_is_dialled_there(stack, names, api):
    host = fresh("address-10-9-8-7")
    miner = miner_at(stack, host)
    launch = api.launch(miner, stack.network.chute())
    assert launch.claim(miner.gpus).status == 200
    assert host in names.names(), "the server is the responder's"
    (row,) = stack.postgres.execute("select host(address) from rigger.vetted_addresses join public.instances"
                                    " using (instance_id) where config_id = %s", (launch.config_id,))
    assert row["host"] == "10.9.8.7"


def unregistered(stack, chute, _host):
    """A key that anybody can make."""
    return Miner(*stack.network.keygen()), chute, {}


def blacklisted(stack, chute, host):
    """A miner who may not."""
    return stack.network.miner(gpus=1, host=host, blacklisted="cheats"), chute, {}


def of_another_subnet(stack, chute, host):
    """A miner of another network."""
    return stack.network.miner(gpus=1, host=host, netuid=1), chute, {}


def unknown_chute(stack, _chute, host):
    """No chute."""
    return miner_at(stack, host), str(uuid.uuid4()), {}


def new_sdk(stack, _chute, host):
    """A chute that has launch configs."""
    return miner_at(stack, host), stack.network.chute(), {}


def full_chute(stack, _chute, host):
    """A chute without a place."""
    return miner_at(stack, host), stack.network.chute(chutes_version="0.2.20", target=-3), {}


def others_gpu(stack, chute, host):
    """A GPU of somebody else."""
    other = miner_at(stack, host)
    miner = miner_at(stack, host)
    miner.gpus = other.gpus
    return miner, chute, {}


def gpu_elsewhere(stack, chute, host):
    """A GPU that was verified on another host."""
    miner = stack.network.miner(gpus=1)
    miner.gpus = [(miner.gpus[0][0], host)]
    return miner, chute, {}


@pytest.mark.parametrize("who, status", [
    (unregistered, 401), (blacklisted, 403), (of_another_subnet, 401), (unknown_chute, 404), (new_sdk, 400),
    (full_chute, 423), (others_gpu, 404), (gpu_elsewhere, 400)])
def test_an_announcement_that_is_refused_anyhow_causes_no_look_up(stack, names, api, who, status):
    host = fresh("silent")
    miner, chute, changes = who(stack, stack.network.chute(chutes_version="0.2.20"), host)
    miner.gpus = miner.gpus or [(uuid.uuid4().hex, host)]
    assert announce(api, miner, chute, host=host, **changes).status == status
    assert host not in names.names()


def test_an_announcement_for_a_taken_place_or_under_a_used_signature_causes_no_look_up(stack, names, api):
    host = fresh("address-10-9-9-1")
    miner = miner_at(stack, host, gpus=2)
    chute = stack.network.chute(chutes_version="0.2.20")
    path = f"/instances/{chute}/"
    body = f'{{"node_ids": ["{miner.gpus[0][0]}"], "host": "{host}", "port": 8000}}'.encode()
    headers = stack.network.sign(miner, "POST", path, body)
    assert api.request("POST", path, body, headers).status == 202
    names.asked.clear()
    assert api.request("POST", path, body, headers).status == 401
    assert announce(api, miner, chute, miner.gpus[1:]).status == 409
    assert host not in names.names()


def claimed(stack, _api, launch, _miner):
    """Its token was used."""
    stack.postgres.execute("update public.launch_configs set retrieved_at = now() where config_id = %s",
                           (launch.config_id,))


def failed(stack, _api, launch, _miner):
    """It has failed."""
    stack.postgres.execute("update public.launch_configs set failed_at = now() where config_id = %s",
                           (launch.config_id,))


def barred(stack, _api, _launch, miner):
    """Its miner was blacklisted since."""
    stack.postgres.execute("update public.metagraph_nodes set blacklist_reason = 'cheats' where hotkey = %s",
                           (miner.hotkey,))


def full(stack, _api, launch, _miner):
    """The chute's target went down since."""
    stack.network.target(config(stack, launch)["chute_id"], -3)


def taken(stack, api, _launch, miner):
    """Somebody is at its host and port."""
    other = stack.network.miner(gpus=1)
    assert announce(api, other, stack.network.chute(chutes_version="0.2.20"), port=20000).status == 202
    stack.postgres.execute("update public.instances set host = %s where miner_hotkey = %s",
                           (miner.gpus[0][1], other.hotkey))


def not_owned(stack, _api, _launch, miner):
    """Its GPU is another's by now."""
    stack.postgres.execute("update public.nodes set miner_hotkey = %s where uuid = %s",
                           (stack.network.miner().hotkey, miner.gpus[0][0]))


@pytest.mark.parametrize("what, status", [(claimed, 401), (failed, 401), (barred, 403), (full, 423),
                                          (taken, 409), (not_owned, 404)])
def test_a_claim_that_is_refused_anyhow_causes_no_look_up(stack, names, api, what, status):
    host = fresh("silent")
    miner = miner_at(stack, host)
    launch = api.launch(miner, stack.network.chute())
    what(stack, api, launch, miner)
    assert launch.claim(miner.gpus, port=20000).status == status
    assert host not in names.names()
    assert (config(stack, launch)["failed_at"] is not None) is (what in (failed, not_owned))


def test_a_claim_of_a_job_that_is_over_causes_no_look_up(stack, names, api):
    host = fresh("silent")
    miner, chute = miner_at(stack, host), stack.network.chute(jobs=JOBS)
    job = job_of(stack, chute)
    launch = Launch(api, api.token(miner, chute, job).json)
    stack.postgres.execute("update public.jobs set finished_at = now() where job_id = %s", (job,))
    assert launch.claim(miner.gpus).status == 409
    assert host not in names.names() and config(stack, launch)["failed_at"] is not None


@pytest.mark.parametrize("kind", ["silent", "broken"])
def test_a_resolver_that_does_not_say_is_503_and_leaves_everything_as_it_was(stack, names, api, pool, kind):
    host = fresh(kind)
    miner, old = miner_at(stack, host), stack.network.chute(chutes_version="0.2.20")
    launch = api.launch(miner, stack.network.chute())
    answers = [pool.submit(launch.claim, miner.gpus), pool.submit(announce, api, miner, old)]
    for answer in [future.result() for future in answers]:
        assert answer.status == 503 and int(answer.headers["Retry-After"]) > 0
    assert host in names.names()
    row = config(stack, launch)
    assert row["retrieved_at"] is None and row["failed_at"] is None
    assert stack.postgres.execute("select 1 from rigger.refused_hosts where config_id = %s",
                                  (launch.config_id,)) == []
    good = fresh("address-10-9-9-2")
    stack.postgres.execute("update public.nodes set verification_host = %s where uuid = %s",
                           (good, miner.gpus[0][0]))
    assert launch.claim(miner.gpus, host=good).status == 200, "the token is good"


def test_look_ups_of_one_hotkey_keep_nobody_else_from_being_served(stack, names, api, pool):
    host = fresh("held")
    flooder, chute = miner_at(stack, host), stack.network.chute(target=100)
    launches = [api.launch(flooder, chute) for _ in range(12)]
    flood = [pool.submit(launch.claim, flooder.gpus, port=20000 + 2 * index, host=f"held.{index}.{host}")
             for index, launch in enumerate(launches)]
    wait_for(lambda: len(names.held) >= OF_HOTKEY, "the look-ups that hang")
    other = miner_at(stack, fresh("address-10-9-9-3"))
    assert api.launch(other, chute).claim(other.gpus).status == 200
    old = miner_at(stack, fresh("address-10-9-9-4"))
    assert announce(api, old, stack.network.chute(chutes_version="0.2.20")).status == 202
    answers = [future.result() for future in flood]
    names.release()
    turned_away = [answer for answer in answers if answer.status == 429]
    assert {answer.status for answer in answers} <= {429, 503, 400}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in turned_away)
    asked = {name for name in names.names() if name.endswith(host)}
    assert len(asked) == len(answers) - len(turned_away) == OF_HOTKEY, "each holds its place to the end"
    assert stack.postgres.execute("select 1 from public.launch_configs where miner_hotkey = %s"
                                  " and (failed_at is not null or retrieved_at is not null)",
                                  (flooder.hotkey,)) == []


def test_a_second_claim_is_told_at_once_that_the_first_is_under_way(stack, names, api, pool):
    host = fresh("held")
    miner = miner_at(stack, host)
    launch = api.launch(miner, stack.network.chute())
    first = pool.submit(launch.claim, miner.gpus)
    wait_for(lambda: host in names.names(), "the look-up that hangs")
    for _ in range(6):
        answer = launch.claim(miner.gpus)
        assert answer.status == 409 and int(answer.headers["Retry-After"]) > 0
        assert answer.detail == "Another claim of this launch config is under way"
    names.release()
    assert first.result().status in (400, 503)
    names.release()


def test_a_token_whose_hosts_are_refused_too_often_fails(stack, names, api):
    stack.postgres.execute("update rigger.limits set value = 3 where name = 'claim.hosts_refused'")
    try:
        host = fresh("unknown")
        miner = miner_at(stack, host)
        launch = api.launch(miner, stack.network.chute())
        assert [launch.claim(miner.gpus).status for _ in range(5)] == [400, 400, 400, 401, 401]
        row = config(stack, launch)
        assert row["failed_at"] is not None and row["verification_error"] == "host cannot be resolved"
        names.asked.clear()
        assert launch.claim(miner.gpus).status == 401
        assert host not in names.names()
    finally:
        stack.postgres.execute("update rigger.limits set value = initial where name = 'claim.hosts_refused'")


def test_a_worker_that_dies_gives_its_look_up_back(stack, names, api, pool):
    host = fresh("held")
    miner, chute = miner_at(stack, host), stack.network.chute()
    launch = api.launch(miner, chute)
    before = set(stack.responder.workers())
    first = pool.submit(launch.claim, miner.gpus)
    wait_for(lambda: Samples(api)("rigger_workers_waiting", pool="slow") == 1, "it to step aside")
    asking = [pid for pid in before if pid in stack.responder.workers() and asks(pid)]
    assert len(asking) == 1
    os.kill(asking[0], signal.SIGKILL)
    assert first.result().status in (502, 503)
    wait_for(lambda: asking[0] not in stack.responder.workers(), "the master to collect it")
    good = fresh("address-10-9-9-5")
    stack.postgres.execute("update public.nodes set verification_host = %s where uuid = %s",
                           (good, miner.gpus[0][0]))
    assert launch.claim(miner.gpus, host=good).status == 200
    names.release()


def asks(pid):
    """Whether a thread of that process waits for a resolver."""
    return len(os.listdir(f"/proc/{pid}/task")) > 1
