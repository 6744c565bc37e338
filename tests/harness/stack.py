"""All of it together."""

import os
import shutil
import tempfile

from . import databases
from .network import Network
from .postgres import Postgres
from .processes import StackError
from .responder import Responder, default_settings
from .webserver import Nginx

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("RIGGER_TEST_BUILD", os.path.join(SOURCE, "build"))


class Stack:
    """PostgreSQL, responder and nginx; a context manager that leaves nothing behind."""

    # A column of rigger.limits: as long as the program's own limits of time, which no slow machine meets.
    lock_waits = "maximum"

    def __init__(self, change=None, build=BUILD, extra_nginx="", postgres_settings="", source=SOURCE,
                 database=None):
        """change: a function that alters the settings before they are written; source: whose nginx files;
        database: one of databases.DATABASES, None for the run's."""
        self.database = database or databases.chosen()
        self.directory = tempfile.mkdtemp(prefix="rigger-")
        os.chmod(self.directory, 0o755)
        self.build = build
        self.postgres = Postgres(self.directory, postgres_settings)
        self.settings = default_settings(self.directory, self.postgres.dsn)
        if change is not None:
            change(self.settings)
        self.responder = Responder(self.directory, build, self.settings)
        self.nginx = Nginx(self.directory, source, self.settings, extra_nginx)
        self.network = Network(self.postgres, build)

    def create_database(self):
        """The cluster, with the database as it is before `rigger migrate` comes."""
        self.postgres.create()
        databases.load(self.postgres, self.database)

    def migrate(self):
        """`rigger migrate`, told what this database needs."""
        return self.responder.migrate(*databases.migrate_options(self.database))

    def server_dsn(self):
        """Where the responder finds the database, as the role that it serves as."""
        return self.postgres.dsn_of("rigger_server")

    def start(self):
        """Starts everything, in order. The responder serves as a role that may call
        the functions, nothing else."""
        self.settings["launch"]["public_url"] = self.nginx.url
        self.create_database()
        self.responder.write_config()
        self.migrate()
        self.postgres.execute("create role rigger_server login in role rigger_app")
        self.postgres.execute("alter role rigger_server set statement_timeout = '60s'")
        self.postgres.execute(
            f"update rigger.limits set value = {self.lock_waits} where name like 'lock.waited%'")
        self.settings["database"]["dsn"] = self.server_dsn()
        self.responder.write_config()
        self.responder.start()
        self.nginx.start()
        return self

    def stop(self):
        """Stops everything and removes the directory. What a sanitizer found is an
        error, whoever survived it."""
        self.nginx.stop()
        self.responder.stop()
        self.postgres.stop()
        found = [line for line in self.responder.log().splitlines() if "Sanitizer" in line
                 or "runtime error" in line]
        shutil.rmtree(self.directory, ignore_errors=True)
        if found:
            raise StackError("\n".join(found))

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *exception):
        self.stop()
