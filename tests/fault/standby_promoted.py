"""The primary dies, and its synchronous standby is promoted. The DSN names both.

Whatever was acknowledged is on the standby. At times the standby was away before: then no commit is
acknowledged by it, and none may be by Rigger.
"""

import time

from harness.fault.fault import Fault
from harness.postgres import Postgres


class StandbyPromoted(Fault):
    """Then the dead primary's place is taken by a new standby."""

    what = "the primary killed, its synchronous standby promoted"
    share = 2.0
    rounds = 2
    pause_s = (1.0, 2.0)

    def settings(self, site):
        super().settings(site)
        site.postgres.settings += "\nwal_level = replica\nmax_wal_senders = 5\n"
        self.primary, self.standby = site.postgres, None
        self.other = Postgres(f"{site.directory}/other")
        site.settings["database"].update(statement_timeout_ms=1500)
        self.turn = 0

    def server_dsn(self, dsn):
        hosts = f"{self.primary.socket},{self.other.socket}"
        return dsn.replace(f"host={self.primary.socket}",
                           f"host={hosts} target_session_attrs=read-write")

    def prepare(self):
        self.standby = self.other
        self.standby.follow(self.primary)

    def inject(self):
        if self.turn % 2:
            self.standby.stop("fast")
            time.sleep(3.0)  # what is committed now is on the primary alone
        self.turn += 1
        self.primary.stop("immediate")

    def heal(self):
        if not self.standby.runs():
            self.standby.start()
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary
        self.site.use(self.primary)

    def pause(self):
        self.standby.follow(self.primary)
        super().pause()

    def end(self):
        self.other.stop()
        self.site.postgres.stop()
        if self.standby is not None:
            self.standby.stop()
