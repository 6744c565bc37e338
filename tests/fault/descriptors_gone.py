"""No process of the responder can open a file or take a connection."""

import contextlib
import os
import resource

from harness.fault.fault import Fault


class DescriptorsGone(Fault):
    """The limit of each falls to what it has open, and rises again."""

    what = "RLIMIT_NOFILE down to what is open"
    hold_s = (0.5, 3.0)

    def settings(self, site):
        super().settings(site)
        self.before = {}

    def inject(self):
        for pid in self.site.responder.workers():
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                taken = {int(number) for number in os.listdir(f"/proc/{pid}/fd")}
                free = next(number for number in range(len(taken) + 1) if number not in taken)
                self.before[pid] = resource.prlimit(pid, resource.RLIMIT_NOFILE)
                resource.prlimit(pid, resource.RLIMIT_NOFILE, (free, self.before[pid][1]))

    def heal(self):
        for pid, limits in self.before.items():
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        self.before = {}
