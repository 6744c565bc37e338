"""A miner who signs by the network's own code: chutes-miner-cli from PyPI, which a miner's operator runs. The
control plane signs its requests to a validator in the same way.
"""

import json
import os
import subprocess

from .sdk_pod import PACKAGES

VERSION = "0.1.0"
SIGN = """
import json, sys
from chutes_miner.util import sign_request
hotkey, payload, purpose = json.load(sys.stdin)
print(json.dumps(sign_request(hotkey, payload, purpose, remote=True)))
"""


class MinerCli:
    """Requests of a miner, through an Api."""

    def __init__(self, directory, api, miner):
        self.api = api
        self.hotkey = os.path.join(directory, "hotkey.json")
        with open(self.hotkey, "w", encoding="utf-8") as file:
            json.dump({"ss58Address": miner.hotkey, "secretSeed": "0x" + miner.seed}, file)

    def request(self, method, path, body=None, purpose=None):
        """One signed request: of a body, or of the purpose."""
        said = subprocess.run(
            [os.path.join(PACKAGES, "venv", "bin", "python3"), "-c", SIGN], check=True, capture_output=True,
            input=json.dumps([self.hotkey, body, purpose]), text=True,
            env={"PYTHONPATH": os.path.join(PACKAGES, "chutes-miner-cli", VERSION)}).stdout
        headers, payload = json.loads(said)
        headers.pop("Content-Type", None)  # the Api sends it
        return self.api.request(method, path, payload, headers)
