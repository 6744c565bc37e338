"""SIGSTOP of processes, shorter and longer than the master's patience."""

import contextlib
import os
import signal

from harness.fault.fault import Fault


class WorkerStopped(Fault):
    """Half of them stand still. The master kills those that hold a request longer than their deadline; others
    go on where they were."""

    what = "SIGSTOP of half of all processes, SIGCONT"

    def settings(self, site):
        super().settings(site)
        site.settings["server"]["fast_deadline_ms"] = 1000 if self.brief else 3000
        self.hold_s = (0.5, 2.0) if self.brief else (0.5, 7.0)
        self.stopped = []

    def signal(self, number):
        """To all that are stopped and still there."""
        for pid in self.stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def inject(self):
        children = self.site.responder.workers()
        self.stopped = self.chance.sample(children, len(children) // 2)
        self.signal(signal.SIGSTOP)

    def heal(self):
        self.signal(signal.SIGCONT)

    def end(self):
        self.heal()
