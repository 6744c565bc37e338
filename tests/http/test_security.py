"""The holes that stay closed, each by its number in the list of them."""

import concurrent.futures
import time

import pytest

from harness.accounts import Account
from harness.client import Api, Launch
from harness.graval_stub import Stub
from harness.jobs import job_of, row_of
from harness.processes import wait_for
from harness.sr25519 import sign
from harness.stack import Stack
from harness.tokens import forge_launch_token


@pytest.fixture(scope="module")
def strict():
    """A stack as in the open: no private hosts."""
    def change(settings):
        settings["launch"].update(allow_private_hosts="false", own_addresses="8.8.4.4")
    with Stack(change) as stack:
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []


def test_01_a_hotkey_without_a_signature_is_nobody(api, network):
    miner = network.miner(gpus=1)
    path = f"/instances/launch_config?chute_id={network.chute()}"
    assert api.request("GET", path, headers={"X-Chutes-Hotkey": miner.hotkey}).status == 401


def test_02_an_account_acts_for_its_own_hotkey_alone(stack, api, network):
    account = Account(stack)
    path = f"/instances/launch_config?chute_id={network.chute()}"
    headers = {"Authorization": account.api_key(), "X-Chutes-Hotkey": network.miner().hotkey}
    assert api.request("GET", path, headers=headers).status == 401


def test_03_a_failed_claimant_never_frees_the_winner_s_job(stack, api, network):
    chute = network.chute(jobs=[{"name": "train", "ports": [], "timeout": 3600}])
    job = job_of(stack, chute)
    winner, loser = network.miner(gpus=1, host="127.0.0.1"), network.miner(gpus=1, host="127.0.0.1")
    issued = [api.token(miner, chute, job) for miner in (winner, loser)]
    launches = [Launch(api, answer.json) for answer in issued]
    ports = [[{"internal_port": 8000, "external_port": port, "proto": "tcp"}] for port in (31000, 31002)]
    assert launches[0].claim(winner.gpus, port_mappings=ports[0]).status == 200
    assert launches[1].claim(loser.gpus, port_mappings=ports[1]).status == 409
    assert row_of(stack, job)["miner_hotkey"] == winner.hotkey
    stack.postgres.execute("update public.launch_configs set failed_at = now() where config_id = %s",
                           (launches[1].config_id,))
    assert row_of(stack, job)["miner_hotkey"] == winner.hotkey


def test_04_no_answer_carries_a_secret(stack, api, network):
    miner, chute = network.miner(gpus=1), network.chute(chutes_version="0.2.20")
    gpu, host = miner.gpus[0]
    made = api.signed(miner, "POST", f"/instances/{chute}/", {"node_ids": [gpu], "host": host, "port": 20000})
    (row,) = stack.postgres.execute(
        "select symmetric_key, code from public.instances join public.chutes using (chute_id)"
        " where instance_id = %s", (made.json["instance_id"],))
    for secret in (row["symmetric_key"], row["code"].strip(), "symmetric_key", "cacert"):
        assert secret not in made.text


@pytest.mark.parametrize("secret",
                         ["", "short", "secretsecretsecret", "a" * 32, "changeme-changeme-changeme"])
def test_05_there_is_no_start_with_a_weak_secret(stack, secret):
    started = stack.responder.check("serve", launch={"launch_secret": secret})
    assert started.returncode == 78 and "launch_secret" in started.stderr


@pytest.mark.parametrize("check", ["environment", "filesystem"])
def test_05_a_check_that_nobody_chose_is_no_start(stack, check):
    started = stack.responder.check("serve", attestation={check: None})
    assert started.returncode == 78 and check in started.stderr


def test_06_a_token_is_claimed_once_and_a_423_leaves_it_good(api, network):
    miner, chute = network.miner(gpus=1), network.chute(target=5)
    launch = api.launch(miner, chute)
    network.target(chute, -5)
    assert launch.claim(miner.gpus).status == 423
    network.target(chute, 5)
    assert launch.claim(miner.gpus).status == 200
    assert launch.claim(miner.gpus).status == 401


def test_07_what_nobody_verified_expires(stack, api, network):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus).status == 200
    stack.postgres.execute(
        "update rigger.challenges set expires_at = now() - interval '61 seconds' where config_id = %s",
        (launch.config_id,))
    stack.postgres.execute("update public.launch_configs set retrieved_at = retrieved_at - interval '1 hour'"
                           " where config_id = %s", (launch.config_id,))
    stack.postgres.wait_for_row(
        "select 1 from public.launch_configs where config_id = %s and failed_at is not null",
        (launch.config_id,))
    assert stack.postgres.execute("select 1 from public.instance_nodes where node_id = %s",
                                  (miner.gpus[0][0],)) == []


def test_08_a_forwarded_address_counts_only_from_a_proxy_that_is_trusted(api):
    plain = api.request("GET", "/instances/token_check").json
    assert api.request("GET", "/instances/token_check", headers={"X-Forwarded-For": "8.8.8.8"}).json == plain


NOT_PUBLIC = [
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "8.8.4.4", "::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
    "2001:db8::1", "2002:7f00:1::1", "64:ff9b::7f00:1", "64:ff9b::808:808", "localhost",
    "LOCALHOST", "2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "8.8.8",
    "8.8.8.8.", "08.8.8.8", "8.8.8.8/32", " 8.8.8.8", "8.8.8.8 ", "[::1]", "[2606:4700::1]",
    "fe80::1%lo", "1.2.3.4:80", "user@8.8.8.8", "http://8.8.8.8", "8.8.8.8#", "", ".",
    "a..b", "-a.example", "\u2488.8.8.8", "xn--", "no-such-host.invalid", "8.8.8.8\x00", "\u0661.2.3.4"]


@pytest.mark.parametrize("host, port", zip(NOT_PUBLIC, range(20000, 30000, 2)), ids=ascii)
def test_09_a_host_that_is_not_public_is_refused(strict, host, port):
    api, network = Api(strict), strict.network
    miner = network.miner(gpus=1, host="1.1.1.1")
    launch = api.launch(miner, network.chute())
    answer = launch.claim(miner.gpus, port=port, host=host)
    assert answer.status == 400 or "\x00" in host and answer.status == 422, answer
    old = network.chute(chutes_version="0.2.20")
    answer = api.signed(miner, "POST", f"/instances/{old}/",
                        {"node_ids": [miner.gpus[0][0]], "host": host, "port": port})
    assert answer.status == 400 or "\x00" in host and answer.status == 422, answer
    assert strict.postgres.execute("select 1 from public.instances where miner_hotkey = %s",
                                   (miner.hotkey,)) == []
    assert launch.claim(miner.gpus, port=port).status == 200, "the token is still good"


@pytest.mark.parametrize("host", ["8.8.8.8", "9.9.9.9", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111",
                                  "2606:4700:4700:0:0:0:0:1"])
def test_09_a_public_host_is_taken_and_dialled_where_it_was_vetted(strict, host):
    api = Api(strict)
    miner = strict.network.miner(gpus=1, host=host)
    assert api.launch(miner, strict.network.chute()).claim(miner.gpus).status == 200
    (row,) = strict.postgres.execute("select address from rigger.v_instances where miner_hotkey = %s",
                                     (miner.hotkey,))
    assert row["address"].replace(":0:0:0:0:", "::") == host.replace(":0:0:0:0:", "::")


def test_10_nothing_is_locked_while_the_network_is_waited_for():
    stub = Stub()

    def change(settings):
        settings["attestation"].update(proof_of_work="graval", graval_url=stub.url, graval_retry_ms=10)

    with Stack(change) as stack, concurrent.futures.ThreadPoolExecutor(1) as pool:
        miner = stack.network.miner(gpus=1)
        launch = Api(stack).launch(miner, stack.network.chute())
        stub.troubles.extend(["hang", *["reset"] * 20])
        waiting = pool.submit(launch.claim, miner.gpus)
        wait_for(lambda: stub.seen, "the claim's challenge being made")
        # The background worker has short transactions of its own; the claim's would last as long as it waits.
        stack.postgres.wait_for_row(
            "select 1 where not exists (select from pg_stat_activity where usename = 'rigger_server'"
            " and state <> 'idle')")
        stack.postgres.wait_for_row(
            "select 1 where not exists (select from pg_locks join pg_class on oid = relation"
            " where relname = 'instances' and mode <> 'AccessShareLock')")
        assert not waiting.done()
        stub.let_go.set()
        assert waiting.result().status == 503
    stub.close()


@pytest.mark.parametrize("spoilt", ["padding", "length", "text", "empty"])
def test_11_a_wrong_answer_is_one_answer_and_the_only_attempt(api, network, spoilt):
    miner = network.miner(gpus=1)
    launch = api.launch(miner, network.chute())
    assert launch.claim(miner.gpus).status == 200
    launch.solve()
    good = launch.answer_body()
    bad = {"padding": {**good, "response": "A" * 86 + "=="},
           "length": {**good, "response": good["response"][:20]},
           "text": launch.answer_body(plaintext="secret is another"),
           "empty": {**good, "response": ""}}[spoilt]
    answer = launch.verify(bad)
    assert (answer.status, answer.detail) == (403, "Verification failed"), answer
    assert launch.verify(good).status == 403, "there is no second attempt"


def test_12_a_signature_works_once(api, network):
    path = f"/instances/launch_config?chute_id={network.chute()}"
    headers = network.sign(network.miner(), "GET", path)
    assert [api.request("GET", path, headers=headers).status for _ in range(2)] == [200, 401]


def test_13_blacklist_and_registration_count_at_claim_and_activation(stack, api, network):
    chute = network.chute()
    for column, status in (("blacklist_reason = 'cheats'", 403), ("netuid = 1", 401)):
        miner = network.miner(gpus=2)
        claimed, issued = api.launch(miner, chute), api.launch(miner, chute)
        assert claimed.claim(miner.gpus[:1]).status == 200 and claimed.verify().status == 200
        stack.postgres.execute(f"update public.metagraph_nodes set {column} where hotkey = %s",
                               (miner.hotkey,))
        assert issued.claim(miner.gpus[1:]).status == status
        assert claimed.activate().status == status


def test_13_a_finished_job_is_409(stack, api, network):
    chute = network.chute(jobs=[{"name": "train", "ports": [], "timeout": 3600}])
    job = job_of(stack, chute, finished_at="2026-01-01")
    assert api.token(network.miner(), chute, job).status == 409


def test_14_patch_touches_the_older_path_alone_and_404_tells_nothing(api, network):
    miner, chute = network.miner(gpus=1), network.chute()
    launch = api.launch(miner, chute)
    assert launch.claim(miner.gpus).status == 200
    instance = launch.verify().json["instance_id"]
    own = api.signed(miner, "PATCH", f"/instances/{chute}/{instance}", {"active": True})
    others = api.signed(network.miner(), "PATCH", f"/instances/{chute}/{instance}", {"active": True})
    none = api.signed(miner, "PATCH", f"/instances/{chute}/nothing", {"active": True})
    assert [own.status, others.status, none.status] == [404, 404, 404] \
        and own.text == others.text == none.text
    deleted = api.signed(network.miner(), "DELETE", f"/instances/{chute}/{instance}")
    assert (deleted.status, deleted.text) == (404,
                                              api.signed(miner, "DELETE", f"/instances/{chute}/nothing").text)


@pytest.mark.parametrize("text, status", [("{}", 200), ("<Bytes>{}</Bytes>", 401)])
def test_15_a_signature_of_wrapped_text_is_refused(api, network, text, status):
    path = f"/instances/launch_config?chute_id={network.chute()}"
    miner, nonce = network.miner(), str(int(time.time()))
    signature = sign(text.format(f"{miner.hotkey}:{nonce}:launch").encode(), bytes.fromhex(miner.seed))
    headers = {"X-Chutes-Hotkey": miner.hotkey, "X-Chutes-Nonce": nonce,
               "X-Chutes-Signature": signature.hex()}
    assert api.request("GET", path, headers=headers).status == status


def test_a_token_from_the_future_or_without_its_dates_is_refused(stack, api, network):
    launch = api.launch(network.miner(gpus=1), network.chute())
    for changes in ({"iat": int(time.time()) + 3600}, {"iat": None}, {"exp": None}, {"exp": "never"},
                    {"iat": "1"}):
        answer = api.request("GET", launch.path + "/activate", headers={
            "Authorization": forge_launch_token(stack, launch.config_id, **changes)})
        assert answer.status == 401, changes
