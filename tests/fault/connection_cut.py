"""The connection to the database is cut before each message of a whole life."""

from harness.fault.points import AtPoints


class ConnectionCut(AtPoints):
    """By the proxy, on both sides at once: whether the call took effect depends on the message."""

    what = "the connection cut before each message of a life"

    def strike(self, link):
        self.proxy.cut()
