"""A private PostgreSQL cluster on a Unix socket: no TCP, its own directory."""

import atexit
import functools
import os
import shutil
import subprocess
import tempfile

import psycopg2
import psycopg2.extras

from .processes import HANG_S, as_user, program, run, wait_for

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
max_connections = 100
shared_buffers = 128MB
logging_collector = off
log_min_messages = warning
timezone = 'Europe/Berlin'
"""


@functools.cache
def fresh_cluster(binaries):
    """A directory with what initdb makes, which is made once in a run of ours and copied for each cluster."""
    directory = tempfile.mkdtemp(prefix="rigger-initdb-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    if os.geteuid() == 0:
        shutil.chown(directory, "postgres", "postgres")
    run(as_user("postgres", [program("initdb", binaries), "-D", os.path.join(directory, "data"),
                             "-U", "rigger_owner", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                             "--no-instructions", "--no-sync"]), cwd="/")
    return os.path.join(directory, "data")


class Postgres:
    """One cluster; `dsn` reaches its database `rigger` as the superuser."""

    def __init__(self, directory, settings=""):
        self.data = os.path.join(directory, "postgres")
        self.socket = os.path.join(directory, "sockets")
        self.log = os.path.join(directory, "postgres.log")
        self.settings = settings
        self.kept = None
        self.variables = {}  # of the server's environment
        self.binaries = run([program("pg_config"), "--bindir"]).strip()
        self.dsn = self.dsn_of("rigger_owner")

    def dsn_of(self, role):
        """Connection string by which a role reaches the database."""
        return f"host={self.socket} user={role} dbname=rigger"

    def _pg(self, name, *arguments, **options):
        return run(as_user("postgres", [program(name, self.binaries), *arguments]), cwd="/", **options)

    def create(self):
        """A new cluster, started, with an empty database."""
        for path in (self.data, self.socket):
            os.makedirs(path, mode=0o700, exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(path, "postgres", "postgres")
        os.chmod(self.socket, 0o755)
        run(as_user("postgres", [program("cp"), "-R",
                                 os.path.join(fresh_cluster(self.binaries), "."), self.data]), cwd="/")
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as conf:
            conf.write(SETTINGS.format(socket=self.socket) + self.settings)
        self.start()
        self.execute("create database rigger", dbname="postgres")

    def start(self):
        """Starts the server and waits until it answers."""
        with open(self.log, "ab") as log:
            subprocess.run(as_user("postgres", [program("pg_ctl", self.binaries), "-D",
                                                self.data, "-w", "-t", str(int(HANG_S)), "-s", "start"]),
                           stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=True, cwd="/",
                           env={**os.environ, **self.variables})

    def runs(self):
        """Whether it was started and has not ended."""
        return os.path.exists(os.path.join(self.data, "postmaster.pid"))

    def stop(self, mode="immediate"):
        """Stops it; mode as of pg_ctl (smart, fast, immediate)."""
        if self.runs():
            self._pg("pg_ctl", "-D", self.data, "-w", "-t", str(int(HANG_S)), "-s", "-m", mode, "stop")

    def follow(self, primary):
        """Makes it a synchronous standby of another cluster, whatever it was before."""
        shutil.rmtree(self.data, ignore_errors=True)
        os.makedirs(self.socket, mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            for path in (os.path.dirname(self.socket), self.socket):
                shutil.chown(path, "postgres", "postgres")
        os.chmod(self.socket, 0o755)
        self._pg("pg_basebackup", "-h", primary.socket, "-U", "rigger_owner", "-D", self.data, "-R",
                 "-c", "fast", "--no-sync")
        with open(os.path.join(self.data, "postgresql.auto.conf"), "a", encoding="utf-8") as conf:
            conf.write(f"\nunix_socket_directories = '{self.socket}'\nsynchronous_standby_names = ''\n")
        self.start()
        primary.execute("alter system set synchronous_standby_names = '*'")
        primary.execute("select pg_reload_conf()")
        primary.wait_for_row("select 1 from pg_stat_replication where sync_state = 'sync'")

    def promote(self):
        """The standby becomes a primary, and waits until it is one."""
        self._pg("pg_ctl", "-D", self.data, "-w", "-t", str(int(HANG_S)), "-s", "promote")

    def restart(self, mode="fast"):
        """Stops and starts it."""
        self.stop(mode)
        self.start()

    def connect(self, dbname="rigger", user="rigger_owner"):
        """A connection in autocommit whose rows are dictionaries."""
        connection = psycopg2.connect(host=self.socket, user=user, dbname=dbname,
                                      cursor_factory=psycopg2.extras.RealDictCursor)
        connection.autocommit = True
        return connection

    def execute(self, sql, parameters=None, dbname="rigger", user="rigger_owner"):
        """Runs one statement on a connection of its own and returns its rows."""
        connection = self.connect(dbname, user)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def query(self, sql, parameters=None):
        """The same as the superuser, on a connection that is kept; where that was lost
        meanwhile, on a new one."""
        for attempt in range(2):
            try:
                if self.kept is None:
                    self.kept = self.connect()
                with self.kept.cursor() as cursor:
                    cursor.execute(sql, parameters)
                    return cursor.fetchall() if cursor.description else []
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                self.kept = None
                if attempt:
                    raise
        return []

    def wait_for_row(self, sql, parameters=None):
        """The first row the query gives, as soon as it gives one."""
        return wait_for(lambda: self.execute(sql, parameters), sql)[0]
