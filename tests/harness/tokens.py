"""Launch tokens, read and made outside the service: what a JWT says, and one signed by
whoever knows the secret."""

import base64
import hashlib
import hmac
import json
import time


def payload_of(token):
    """The payload of a JWT."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def forge_launch_token(stack, config_id, algorithm="HS256", secret=None, **changes):
    """A launch token like the server's, but for what is changed."""
    now = int(time.time())
    payload = {"exp": now + 7200, "iat": now, "iss": "chutes", "sub": config_id, "env_key": "0" * 32,
               "url": f"{stack.nginx.url}/instances/launch_config/{config_id}", **changes}
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                  for part in ({"alg": algorithm, "typ": "JWT"}, payload))
    key = hashlib.sha256((secret or stack.settings["launch"]["launch_secret"]).encode()).hexdigest().encode()
    digest = {"HS384": "sha384", "HS512": "sha512"}.get(algorithm, "sha256")
    signature = b"" if algorithm == "none" else hmac.digest(key, f"{head}.{body}".encode(), digest)
    return f"{head}.{body}." + base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
