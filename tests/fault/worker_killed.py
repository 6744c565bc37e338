"""SIGKILL of processes under the master, whichever they are."""

import contextlib
import os
import signal

from harness.fault.fault import Fault


class WorkerKilled(Fault):
    """One to three of them at once."""

    what = "SIGKILL of one to three processes"

    def inject(self):
        children = self.site.responder.workers()
        for victim in self.chance.sample(children, self.chance.randint(1, 3)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
