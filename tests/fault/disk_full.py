"""The disk that PostgreSQL is on is full."""

from harness.fault.disk import Disk
from harness.fault.fault import Fault
from harness.processes import wait_for


class DiskFull(Fault):
    """Tables cannot grow, then there is no room for the write-ahead log, and PostgreSQL may go down. It is
    started again when there is room."""

    what = "PostgreSQL's disk full (tmpfs)"
    needs_root = True
    hold_s = (2.0, 6.0)

    def settings(self, site):
        super().settings(site)
        site.postgres.settings += "\nmax_wal_size = 48MB\nmin_wal_size = 32MB\nwal_recycle = off\n"
        self.disk = Disk(site.postgres.data, "400m", mode="700")

    def inject(self):
        self.disk.fill()

    def heal(self):
        self.disk.free()
        wait_for(self.is_up, "PostgreSQL, once there was room")

    def is_up(self):
        """Starts it where it went down."""
        if not self.site.postgres.runs():
            self.site.postgres.start()
        try:
            return self.site.postgres.execute("select 1")
        except Exception:  # it is still coming up, or going down
            return False

    def end(self):
        self.disk.free()
        self.site.postgres.stop()
        self.disk.unmount()
