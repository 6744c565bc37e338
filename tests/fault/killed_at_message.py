"""The worker is killed exactly before each message of a whole life: so also around each COMMIT."""

import contextlib
import os
import signal

from harness.fault.points import AtPoints


class KilledAtMessage(AtPoints):
    """By the process id at the other end of the connection."""

    what = "SIGKILL of the worker before each message of a life"

    def strike(self, link):
        with contextlib.suppress(ProcessLookupError):
            os.kill(link.pid, signal.SIGKILL)
        self.proxy.cut()
