"""Somebody holds a lock for a minute: the row of one chute, or all of the table."""

from harness.fault.fault import Fault

LOCKS = ("select from public.chutes where chute_id = %(chute)s for update",
         "lock table public.chutes in access exclusive mode")


class RowLocked(Fault):
    """An administrator's transaction that is left open."""

    what = "a lock for 60 s: a chute's row, the table of chutes"
    share = 3.0
    rounds = len(LOCKS)
    pause_s = (1.0, 2.0)

    def settings(self, site):
        super().settings(site)
        self.hold_s = (3.0, 3.0) if self.brief else (60.0, 60.0)
        self.blocker, self.turn = None, 0

    def inject(self):
        self.blocker = self.site.postgres.connect()
        self.blocker.autocommit = False
        lock = LOCKS[self.turn % len(LOCKS)]
        self.turn += 1
        chutes = self.site.postgres.execute("select chute_id from public.chutes order by 1")
        self.blocker.cursor().execute(lock, {"chute": chutes[0]["chute_id"]})

    def heal(self):
        self.blocker.rollback()
        self.blocker.close()
        self.blocker = None

    def end(self):
        if self.blocker is not None:
            self.heal()
