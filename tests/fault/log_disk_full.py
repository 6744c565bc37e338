"""The disk that the log is on is full."""

import os

from harness.fault.disk import Disk
from harness.fault.fault import Fault


class LogDiskFull(Fault):
    """The service goes on; what it could not say is lost."""

    what = "the log's disk full (tmpfs)"
    loses_none = True
    needs_root = True

    def settings(self, site):
        super().settings(site)
        self.disk = Disk(os.path.join(site.directory, "log"), "1m")
        site.responder.log_path = os.path.join(self.disk.path, "rigger.log")

    def inject(self):
        self.disk.fill()

    def heal(self):
        self.disk.free()

    def pause(self):
        super().pause()
        os.truncate(self.site.responder.log_path, 0)

    def end(self):
        self.disk.unmount()
