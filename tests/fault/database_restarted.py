"""PostgreSQL stops as in a crash, and comes again."""

from harness.fault.fault import Fault


class DatabaseRestarted(Fault):
    """`immediate`, and at times `fast`."""

    what = "PostgreSQL stopped (immediate, fast) and started"

    def inject(self):
        self.site.postgres.stop(self.chance.choice(["immediate", "immediate", "fast"]))

    def heal(self):
        self.site.postgres.start()
