"""Tokens as the Python service of a Chutes network makes them: which claims, in which order, under which key.
Recorded from what it issues; the key is the text of its variable LAUNCH_CONFIG_KEY as it stands."""

import base64
import hashlib
import hmac
import json
import secrets
import time
import uuid

LAUNCH_LIFETIME_S = 7200
USER_LIFETIME_S = 7 * 86400


def sign(claims, key):
    """HS256 in the bytes of PyJWT: no space in the JSON, the header's keys in this order."""
    head, body = (base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode())
                  .rstrip(b"=").decode() for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    signature = hmac.digest(key.encode(), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}." + base64.urlsafe_b64encode(signature).rstrip(b"=").decode()


def is_signed(token, key):
    """Whether the signature is of this key's text."""
    signed, _, signature = token.rpartition(".")
    mac = hmac.digest(key.encode(), signed.encode(), "sha256")
    return hmac.compare_digest(signature, base64.urlsafe_b64encode(mac).rstrip(b"=").decode())


def issue(stack, miner, chute, job=None, disk_gb=None, make=sign):
    """GET launch_config by the Python service: its row, its answer. make: sign, or PyJWT's encode."""
    config_id, env_key, now = str(uuid.uuid4()), secrets.token_hex(16), int(time.time())
    stack.postgres.execute(
        "insert into public.launch_configs (config_id, seed, env_key, chute_id, job_id, miner_uid,"
        " miner_hotkey, miner_coldkey, created_at)"
        " select %s, 0, %s, %s, %s, node_id, hotkey, coldkey, clock_timestamp() at time zone 'utc'"
        " from public.metagraph_nodes where hotkey = %s", (config_id, env_key, chute, job, miner.hotkey))
    claims = {"exp": now + LAUNCH_LIFETIME_S, "sub": config_id, "iat": now,
              "url": f"{stack.nginx.url}/instances/launch_config/{config_id}", "env_key": env_key,
              "iss": "chutes"}
    if job:
        claims["job_id"] = job
    if disk_gb:
        claims["disk_gb"] = disk_gb
    return {"token": make(claims, stack.settings["launch"]["launch_key"]), "config_id": config_id}


def user_token(account, encryption_key, make=sign):
    """What an account gets when it logs in."""
    now = int(time.time())
    claims = {"exp": now + USER_LIFETIME_S, "sub": account.user_id, "iat": now, "salted": True}
    return make(claims, hashlib.sha256((account.fingerprint + encryption_key).encode()).hexdigest())


def ip_token(address, salt, extra=""):
    """What its validator compares with the answer of token_check."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{address}:{salt}" + (f":{extra}" if extra else "")))
