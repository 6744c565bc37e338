"""A stack whose events go to a Redis of its own, and what a socket server hears of a whole life there."""

import contextlib
import tempfile

from .redis_server import PASSWORD, RedisServer
from .stack import Stack

PUBLIC = ["instance_created", "instance_hot", "instance_activated", "instance_deleted"]
PRIVATE = ["instance_created", "instance_verified", "instance_activated", "instance_deleted"]


@contextlib.contextmanager
def relayed_stack():
    """The running stack, and the Redis that hears it."""
    with tempfile.TemporaryDirectory(prefix="rigger-redis-") as directory:
        server = RedisServer(directory)

        def change(settings):
            settings["events"] = {"redis_url": f"unix:{server.path}", "redis_password": PASSWORD,
                                  "relay_interval_ms": 20}

        try:
            server.start()
            with Stack(change) as running:
                yield running, server
        finally:
            server.stop()
