"""PgBouncer, which pools transactions between the responder and PostgreSQL, is killed and started again."""

from harness.fault.fault import Fault
from harness.fault.pgbouncer import PgBouncer


class PgbouncerRestarted(Fault):
    """Debian 12 has a version that keeps no prepared statements. The setting is its default in one half of
    the trials, and what the documents advise for that version in the other."""

    what = "PgBouncer (transaction pooling) killed and started"
    hold_s = (0.0, 1.0)

    def settings(self, site):
        super().settings(site)
        self.pooler = PgBouncer(site.directory, site.postgres.socket)
        site.settings["database"]["prepared_statements"] = self.chance.choice(["true", "false"])

    def server_dsn(self, dsn):
        self.pooler.start()
        return dsn.replace(f"host={self.site.postgres.socket}", f"host={self.pooler.directory} port=6432")

    def inject(self):
        self.pooler.kill()

    def heal(self):
        self.pooler.start()

    def end(self):
        self.pooler.kill()
