"""A private Redis, and a socket server that listens there as those of the network do."""

import json
import os
import subprocess

import redis

from .processes import HANG_S, end, program, wait_for

PASSWORD = "a-password-of-the-test"


class RedisServer:
    """A private Redis on a Unix socket, with a password."""

    # Where it listens until whoever has to hear all of it listens too.
    NEW = ".new"

    def __init__(self, directory):
        self.path = os.path.join(directory, "redis.sock")
        self.directory = directory
        self.process = None

    def start(self):
        """Starts it; returns a Listener who was there before anybody else could reach it at `path`."""
        self.process = subprocess.Popen(
            [program("redis-server"), "--port", "0", "--unixsocket", self.path + self.NEW,
             "--save", "", "--dir", self.directory, "--requirepass", PASSWORD], stdout=subprocess.DEVNULL)
        wait_for(self._answers, "redis-server")
        listener = Listener(self.client(self.NEW))
        os.rename(self.path + self.NEW, self.path)
        return listener

    def _answers(self):
        try:
            return self.client(self.NEW).ping()
        except redis.exceptions.ConnectionError:
            return False

    def client(self, suffix=""):
        """A connection to it."""
        return redis.Redis(unix_socket_path=self.path + suffix, password=PASSWORD)

    def stop(self):
        """Ends it."""
        if self.process is not None:
            end(self.process)
            self.process = None
            if os.path.exists(self.path):
                os.unlink(self.path)


class Listener:
    """A socket server's ears: both channels of the network."""

    def __init__(self, client):
        self.subscription = client.pubsub()
        self.subscription.subscribe("events", "miner_broadcast")
        self.heard = []
        for _ in range(2):
            while self.subscription.get_message(timeout=HANG_S)["type"] != "subscribe":
                pass

    def listen(self):
        """All that came, as (channel, message)."""
        while (message := self.subscription.get_message(timeout=0.05)) is not None:
            assert message["type"] == "message", message
            self.heard.append((message["channel"].decode(), json.loads(message["data"])))
        return self.heard

    def reasons(self, channel, instance):
        """What was said of an instance on a channel."""
        return [message["reason"] for at, message in self.listen()
                if at == channel and message["data"]["instance_id"] == instance]
