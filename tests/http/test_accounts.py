"""Account credentials: API keys and user tokens."""

import hashlib
import time
import uuid

import pytest

from harness.accounts import ENCRYPTION_KEY, Account
from harness.client import Api
from harness.stack import Stack


@pytest.fixture(scope="module")
def accounts():
    """A stack with an encryption key for salted tokens."""
    with Stack(lambda settings: settings["launch"].update(account_encryption_key=ENCRYPTION_KEY)) as stack:
        yield stack
        assert stack.postgres.execute("select * from rigger.check_invariants()") == []


@pytest.fixture
def account(accounts):
    """An account in good standing."""
    return Account(accounts)


def ask(stack, authorization, **headers):
    """GET launch_config under a credential; the answer."""
    path = f"/instances/launch_config?chute_id={stack.network.chute()}"
    return Api(stack).request("GET", path, headers={"Authorization": authorization, **headers})


def test_an_api_key_acts_for_its_account_s_hotkey(accounts, account):
    key = account.api_key()
    for authorization in (key, f"Bearer {key}", f"bearer {key}"):
        answer = ask(accounts, authorization)
        assert answer.status == 200, answer
    row, = accounts.postgres.execute("select miner_hotkey from public.launch_configs where config_id = %s",
                                     (answer.json["config_id"],))
    assert row["miner_hotkey"] == account.miner.hotkey
    used, = accounts.postgres.execute("select last_used_at from public.api_keys where user_id = %s",
                                      (account.user_id,))
    assert used["last_used_at"] is not None


def test_a_user_token_acts_for_its_account_s_hotkey(accounts, account):
    for token in (account.token(), account.token(salted=True), account.token(iat=None),
                  account.token(exp=None)):
        assert ask(accounts, f"Bearer {token}").status == 200


@pytest.mark.parametrize("credential", ["api_key", "token"])
def test_another_hotkey_in_the_header_is_401(accounts, account, credential):
    authorization = "Bearer " + getattr(account, credential)()
    other = accounts.network.miner()
    assert ask(accounts, authorization, **{"X-Chutes-Hotkey": other.hotkey}).status == 401
    assert ask(accounts, authorization, **{"X-Chutes-Hotkey": account.miner.hotkey}).status == 200


def change(text, place, letter):
    """The text with one letter changed."""
    return text[:place] + (letter if text[place] != letter else "0") + text[place + 1:]


@pytest.mark.parametrize("how", ["another secret", "another key id", "another user id",
                                 "cut", "longer", "upper case", "no prefix", "empty",
                                 "Bearer", "Basic", "not admin", "revoked", "two words"])
def test_any_other_api_key_is_401(accounts, account, how):
    key = account.api_key(admin=how != "not admin")
    if how == "revoked":
        assert ask(accounts, key).status == 200
        accounts.postgres.execute("delete from public.api_keys where user_id = %s", (account.user_id,))
    wrong = {"another secret": change(key, 80, "x"), "another key id": change(key, 10, "a"),
             "another user id": change(key, 50, "a"), "cut": key[:-1], "longer": key + "x",
             "upper case": key.upper(), "no prefix": key[4:], "empty": "", "Bearer": "Bearer ",
             "Basic": "Basic dXNlcjpwYXNz", "two words": f"Token {key}"}.get(how, key)
    assert ask(accounts, wrong).status == 401


@pytest.mark.parametrize("how",
                         ["another fingerprint", "expired", "not yet", "none", "unsalted key", "no sub",
                          "unknown user", "bare", "garbage"])
def test_any_other_user_token_is_401(accounts, account, how):
    now = int(time.time())
    authorization = "Bearer " + {
        "another fingerprint": account.token(key=hashlib.sha256(b"x").hexdigest()),
        "expired": account.token(exp=now - 1), "not yet": account.token(nbf=now + 600),
        "none": account.token(algorithm="none"),
        "unsalted key": account.token(key=hashlib.sha256(account.fingerprint.encode()).hexdigest(),
                                      salted=True),
        "no sub": account.token(sub=None), "unknown user": account.token(sub=str(uuid.uuid4())),
        "bare": "", "garbage": "a.b.c"}[how]
    assert ask(accounts, authorization if how != "bare" else account.token()).status == 401


@pytest.mark.parametrize("credential", ["api_key", "token"])
def test_an_account_without_a_hotkey_is_401(accounts, credential):
    account = Account(accounts, hotkey=False)
    assert ask(accounts, "Bearer " + getattr(account, credential)()).status == 401


def test_registration_and_blacklist_are_the_hotkey_s(accounts, account):
    key = account.api_key()
    accounts.postgres.execute("update public.metagraph_nodes set blacklist_reason = 'x' where hotkey = %s",
                              (account.miner.hotkey,))
    assert ask(accounts, key).status == 403
    accounts.postgres.execute(
        "update public.metagraph_nodes set blacklist_reason = null, netuid = 1 where hotkey = %s",
        (account.miner.hotkey,))
    assert ask(accounts, key).status == 401


def test_an_account_may_delete_its_own_instance_alone(accounts, account):
    api, key = Api(accounts), account.api_key()
    other = accounts.network.miner(gpus=1)
    for miner, status in ((account.miner, 200), (other, 404)):
        chute = accounts.network.chute()
        launch = api.launch(miner, chute)
        assert launch.claim(miner.gpus).status == 200
        row, = accounts.postgres.execute("select instance_id from public.instances where config_id = %s",
                                         (launch.config_id,))
        answer = api.request("DELETE", f"/instances/{chute}/{row['instance_id']}",
                             headers={"Authorization": key})
        assert answer.status == status


def test_a_signature_counts_before_a_credential(accounts, account):
    path = f"/instances/launch_config?chute_id={accounts.network.chute()}"
    headers = accounts.network.sign(account.miner, "GET", path)
    assert Api(accounts).request("GET", path, headers={**headers, "Authorization": "nonsense"}).status == 200
    twice = [("Authorization", account.api_key())] * 2
    assert Api(accounts).request("GET", path, headers=twice).status in (400, 401)


def test_no_key_or_hash_is_logged(accounts, account):
    key = account.api_key()
    assert ask(accounts, key).status == 200
    row, = accounts.postgres.execute("select key_hash from public.api_keys where user_id = %s",
                                     (account.user_id,))
    log = accounts.responder.log()
    assert key not in log and row["key_hash"] not in log and account.fingerprint not in log
