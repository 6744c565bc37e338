"""A private Apache."""

import os
import subprocess

from .processes import HeldPort, end, program, run, wait_for

MODULES = "/usr/lib/apache2/modules"
MAIN = """
ServerRoot {directory}
ServerName localhost
PidFile {directory}/apache.pid
ErrorLog {directory}/apache.log
Mutex file:{directory} default
Listen 127.0.0.1:{port}
{user}
{modules}
LimitRequestBody 8388608
TypesConfig /etc/mime.types
{extra}
"""
COMMON = ["mpm_event", "authz_core", "ssl", "rewrite", "headers", "socache_shmcb", "env", "mime"]


class Apache:
    """A private Apache with the modules that a case needs; `port` is what it listens on."""

    def __init__(self, directory, modules, extra, certificate):
        """extra: makes the rest of the configuration from the port; certificate: what clients trust."""
        self.directory = str(directory)
        self.certificate = certificate
        self.held = HeldPort()
        self.port = self.held.number
        self.modules = COMMON + modules
        self.extra = extra
        self.process = None

    def start(self):
        """Writes the configuration and starts it."""
        path = os.path.join(self.directory, "apache.conf")
        with open(path, "w", encoding="utf-8") as conf:
            conf.write(MAIN.format(
                directory=self.directory, port=self.port, extra=self.extra(self.port),
                user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
                modules="\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in self.modules)))
        command = [program("apache2"), "-f", path, "-DFOREGROUND"]
        run([*command, "-t"])
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        wait_for(lambda: os.path.exists(os.path.join(self.directory, "apache.pid")), "Apache")
        return self

    def stop(self):
        """Ends it and its children."""
        end(self.process)
        self.held.close()
