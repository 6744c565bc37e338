"""An instance of an old SDK: its miner announces it, and what it is told."""

INSTANCE_KEYS = {"instance_id", "chute_id", "host", "port", "version", "miner_uid", "miner_hotkey",
                 "miner_coldkey", "region", "active", "verified", "created_at", "updated_at",
                 "last_verified_at", "last_queried_at", "verification_error", "consecutive_failures",
                 "chutes_version", "config_id", "port_mappings"}


def announce(api, miner, chute, gpus=None, **changes):
    """The request; gpus are (uuid, host) pairs."""
    gpus = gpus if gpus is not None else miner.gpus[:1]
    body = {"node_ids": [uuid for uuid, _ in gpus], "host": miner.gpus[0][1], "port": 8000, **changes}
    return api.signed(miner, "POST", f"/instances/{chute}/", body)
