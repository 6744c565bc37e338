"""A private PgBouncer on a Unix socket."""

import os
import shutil
import subprocess

import psycopg2

from ..processes import as_user, program, wait_for

SETTINGS = """
[databases]
rigger = host={behind}
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {directory}
auth_type = trust
auth_file = {directory}/users
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 100
admin_users = rigger_owner
"""


class PgBouncer:
    """Pools transactions for the database of the role that the responder serves as."""

    def __init__(self, directory, behind, size=6):
        """behind: the directory where PostgreSQL listens; size: server connections of each role."""
        self.directory = os.path.join(directory, "pgbouncer")
        os.mkdir(self.directory)
        self.settings = os.path.join(self.directory, "pgbouncer.ini")
        users = '"rigger_server" ""\n"rigger_owner" ""\n'
        for path, text in ((self.settings, SETTINGS.format(
                directory=self.directory, behind=behind, size=size)),
                           (os.path.join(self.directory, "users"), users)):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        if os.geteuid() == 0:
            shutil.chown(self.directory, "postgres", "postgres")
        self.process = None

    def dsn_of(self, role):
        """Connection string by which a role reaches the database through it."""
        return f"host={self.directory} port=6432 user={role} dbname=rigger"

    def start(self):
        """Starts it and waits until it answers."""
        with open(os.path.join(self.directory, "log"), "ab") as log:
            self.process = subprocess.Popen(as_user("postgres", [program("pgbouncer"), "-q", self.settings]),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
        wait_for(self.answers, "PgBouncer")

    def answers(self):
        """Whether it takes connections."""
        try:
            psycopg2.connect(host=self.directory, port=6432, user="rigger_owner", dbname="pgbouncer").close()
            return True
        except psycopg2.OperationalError:
            return False

    def kill(self):
        """SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
