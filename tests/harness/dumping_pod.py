"""A pod that dumps its environment and code with its claim, for the provider old_env_dump."""

import base64

from .client import Api
from .pod import dump
from .tokens import payload_of

MASTER_KEY = "31e6f77be704c28f04fbdf4712cbfa1258541d6710be799b562373bd70ccb997"
SALT = "ce421c6807b91af97ada68d3f627119c"


class DumpingPod:
    """An honest pod; a test changes what it is about."""

    def __init__(self, stack):
        self.stack, self.api = stack, Api(stack)
        self.miner, self.chute = stack.network.miner(gpus=1), stack.network.chute()
        self.launch = self.api.launch(self.miner, self.chute)
        row, = stack.postgres.execute("select code, ref_str from public.chutes where chute_id = %s",
                                      (self.chute,))
        self.env_key = payload_of(self.launch.token)["env_key"]
        self.code = {"content": base64.b64encode(row["code"].encode()).decode()}
        self.cmdline = (
            f"/usr/bin/python3.10 /usr/local/bin/chutes run {row['ref_str']} --port 8000 --miner-ss58"
            f" {self.miner.hotkey} --validator-ss58 {stack.settings['launch']['validator_ss58']}")
        self.env = {"all_processes": [{"pid": 1, "username": "chutes", "cmdline": self.cmdline}],
                    "os": "Linux"}

    def claim(self, **changes):
        """POST with both dumps."""
        body = {"env": dump(MASTER_KEY, self.env_key, SALT, self.env),
                "code": dump(MASTER_KEY, self.env_key, SALT, self.code), **changes}
        return self.launch.claim(self.miner.gpus, **body)

    def failed(self):
        """Whether the config has failed."""
        row, = self.stack.postgres.execute("select failed_at from public.launch_configs where config_id = %s",
                                           (self.launch.config_id,))
        return row["failed_at"] is not None
