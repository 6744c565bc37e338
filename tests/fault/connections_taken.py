"""Somebody else takes all connections that PostgreSQL has."""

import psycopg2

from harness.fault.fault import Fault

RESERVED = 6


class ConnectionsTaken(Fault):
    """They come while the responder's are being terminated, so that it gets none back."""

    what = "all connections of PostgreSQL taken, the responder's terminated"

    def settings(self, site):
        super().settings(site)
        site.postgres.settings += f"\nmax_connections = 40\nsuperuser_reserved_connections = {RESERVED}\n"
        self.taken = []

    def prepare(self):
        self.site.postgres.execute("create role greedy login")

    def take(self):
        """As many as there are."""
        try:
            while True:
                self.taken.append(self.site.postgres.connect(user="greedy"))
        except psycopg2.OperationalError:
            pass

    def inject(self):
        self.take()
        self.site.postgres.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'rigger_server'")
        for _ in range(20):
            self.take()

    def heal(self):
        for connection in self.taken:
            connection.close()
        self.taken = []

    def end(self):
        self.heal()
