"""An account of the network and its credentials: API keys and user tokens, as the Chutes API makes them."""

import base64
import hashlib
import hmac
import json
import secrets
import string
import time
import uuid

import argon2

ENCRYPTION_KEY = "ce421c6807b91af97ada68d3f627119c58541d67"
HASHER = argon2.PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)


class Account:
    """An account with a hotkey; registered unless said otherwise."""

    def __init__(self, stack, hotkey=True):
        self.stack = stack
        self.user_id = stack.network.user()
        self.fingerprint = secrets.token_hex(32)
        self.miner = stack.network.miner(gpus=1) if hotkey else None
        stack.postgres.execute(
            "update public.users set fingerprint_hash = %s, hotkey = %s where user_id = %s",
            (self.fingerprint, self.miner.hotkey if hotkey else None, self.user_id))

    def api_key(self, admin=True, secret=None):
        """A stored API key's text."""
        key_id = str(uuid.uuid4())
        secret = secret or "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(32))
        text = f"cpk_{key_id.replace('-', '')}.{self.user_id.replace('-', '')}.{secret}"
        self.stack.postgres.execute(
            "insert into public.api_keys (api_key_id, key_hash, user_id, admin, name)"
            " values (%s, %s, %s, %s, %s)",
            (key_id, HASHER.hash(text), self.user_id, admin, key_id[:8]))
        return text

    def token(self, key=None, algorithm="HS256", **claims):
        """A user token."""
        payload = {"sub": self.user_id, "iat": int(time.time()), "exp": int(time.time()) + 600, **claims}
        payload = {name: value for name, value in payload.items() if value is not None}
        head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                      for part in ({"alg": algorithm, "typ": "JWT"}, payload))
        salt = ENCRYPTION_KEY if payload.get("salted") else ""
        key = key or hashlib.sha256((self.fingerprint + salt).encode()).hexdigest()
        signature = hmac.digest(key.encode(), f"{head}.{body}".encode(), "sha256")
        return f"{head}.{body}." + base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
