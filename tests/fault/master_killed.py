"""SIGKILL of the master, and a new start at once, as systemd does it."""

import contextlib
import time

from harness.fault.fault import Fault
from harness.processes import HANG_S, StackError


class MasterKilled(Fault):
    """Its processes end by themselves; a start that comes too early may be refused, and is tried again."""

    what = "SIGKILL of the master, started again"
    heals_itself = True
    hold_s = (0.0, 0.5)

    def inject(self):
        self.site.responder.process.kill()
        self.site.responder.process.wait()

    def heal(self):
        until = time.monotonic() + HANG_S
        while time.monotonic() < until:
            with contextlib.suppress(StackError):
                self.site.responder.start()
                return
            time.sleep(0.1)
        raise StackError("no start after the master was killed:\n" + self.site.responder.log()[-2000:])
