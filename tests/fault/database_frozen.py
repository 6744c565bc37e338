"""PostgreSQL stands still: single backends, or all of it."""

import contextlib
import os
import signal

from harness.fault.fault import Fault


class DatabaseFrozen(Fault):
    """SIGSTOP of some of the backends that serve the responder, or of all and of the postmaster."""

    what = "SIGSTOP of backends, or of all of PostgreSQL, SIGCONT"

    def settings(self, site):
        super().settings(site)
        self.hold_s = (0.5, 2.0) if self.brief else (0.5, 8.0)
        self.stopped = []

    def inject(self):
        self.stopped = [row["pid"] for row in self.site.postgres.execute(
            "select pid from pg_stat_activity where usename = 'rigger_server'")]
        if self.chance.random() < 0.5:
            self.stopped = self.chance.sample(self.stopped, min(2, len(self.stopped)))
        else:
            with open(os.path.join(self.site.postgres.data, "postmaster.pid"), encoding="ascii") as file:
                self.stopped.append(int(file.readline()))
        self.signal(signal.SIGSTOP)

    def signal(self, number):
        """To all that are stopped and still there."""
        for pid in self.stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def heal(self):
        self.signal(signal.SIGCONT)
        self.stopped = []

    def end(self):
        self.heal()
