"""nginx with the project's own configuration, only paths and ports replaced."""

import os
import re
import signal
import socket
import subprocess

from .processes import HeldPort, StackError, end, program, run, wait_for

MAIN = """
{user}
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/nginx-error.log warn;
daemon off;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {directory}/nginx-body;
    fastcgi_temp_path {directory}/nginx-fastcgi;
    proxy_temp_path {directory}/nginx-proxy;
    scgi_temp_path {directory}/nginx-scgi;
    uwsgi_temp_path {directory}/nginx-uwsgi;
    include {directory}/nginx/{main};
    {extra}
}}
"""


class Nginx:
    """One nginx in front of a responder; `url` is its https base, `certificate` what clients trust."""

    def __init__(self, directory, source, settings, extra="", main="rigger.conf", replacements=None):
        """main: which of the project's files; replacements: what else of them is another here."""
        self.directory = directory
        self.source = source
        self.sockets = settings["server"]
        self.extra = extra
        self.main = main
        self.replacements = replacements or {}
        self.held, self.held_local = HeldPort(), HeldPort()
        self.port, self.local_port = self.held.number, self.held_local.number
        self.url = f"https://localhost:{self.port}"
        self.certificate = os.path.join(directory, "cert.pem")
        self.process = None

    def _read(self, name):
        with open(os.path.join(self.source, "nginx", name), encoding="utf-8") as original:
            return original.read()

    def _write_certificate(self):
        run([program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
             os.path.join(self.directory, "key.pem"), "-out", self.certificate])

    def _write_configuration(self):
        """The project's own files, only paths and ports replaced."""
        replacements = {
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port} ssl http2;",
            "listen [::]:443 ssl http2;": "",
            "listen 127.0.0.1:8090;": f"listen 127.0.0.1:{self.local_port};",
            "/etc/nginx/rigger/cert.pem": self.certificate,
            "/etc/nginx/rigger/key.pem": os.path.join(self.directory, "key.pem"),
            "/etc/nginx/rigger": os.path.join(self.directory, "nginx"),
            "/run/rigger/fast.sock": self.sockets["fast_socket"],
            "/run/rigger/slow.sock": self.sockets["slow_socket"],
            **self.replacements,
        }
        texts = {name: self._read(name) for name in os.listdir(os.path.join(self.source, "nginx"))}
        for old, new in replacements.items():
            if not any(old in text for text in texts.values()):
                raise ValueError(f"no file of nginx/ says {old!r} any more")
            texts = {name: text.replace(old, new) for name, text in texts.items()}
        os.makedirs(os.path.join(self.directory, "nginx"), exist_ok=True)
        for name, text in texts.items():
            with open(os.path.join(self.directory, "nginx", name), "w", encoding="utf-8") as conf:
                conf.write(text)
        user = "user www-data;" if os.geteuid() == 0 else ""
        with open(os.path.join(self.directory, "nginx.conf"), "w", encoding="utf-8") as conf:
            conf.write(MAIN.format(directory=self.directory, extra=self.extra, main=self.main, user=user))

    def start(self):
        """Makes certificate and configuration, starts nginx and waits for its port."""
        self._write_certificate()
        self._write_configuration()
        command = self._command()
        run([*command, "-t", "-q"])
        with open(os.path.join(self.directory, "nginx.log"), "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        wait_for(self._listens, "nginx")

    def _listens(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def share(self, value):
        """Says how much is ours beside the Python service: the one line of beside_share.conf; and reloads."""
        path = os.path.join(self.directory, "nginx", "beside_share.conf")
        with open(path, encoding="utf-8") as conf:
            text, count = re.subn(r"(?m)^    default \w+;$", f"    default {value};", conf.read())
        if count != 1:
            raise ValueError(f"{path} has no one line for the share")
        with open(path, "w", encoding="utf-8") as conf:
            conf.write(text)
        run([*self._command(), "-t", "-q"])
        old = wait_for(self.workers, "workers of nginx")
        self.reload()
        wait_for(lambda: (now := self.workers()) and not now & old, "new workers of nginx")

    def workers(self):
        """The worker processes that take new connections."""
        if self.process.poll() is not None:
            with open(os.path.join(self.directory, "nginx-error.log"), encoding="utf-8") as log:
                raise StackError(f"nginx has ended, {self.process.returncode}:\n{log.read()[-4000:]}")
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as children:
            return {child for child in children.read().split() if self._serves(child)}

    @staticmethod
    def _serves(pid):
        """Whether a child of nginx is a worker that has not been told to end."""
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as line:
                title = line.read()
        except OSError:
            return False
        return b"worker process" in title and b"shutting down" not in title

    def _command(self):
        return [program("nginx"), "-p", self.directory, "-c", os.path.join(self.directory, "nginx.conf")]

    def reload(self):
        """SIGHUP: new workers, old ones finish."""
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        """Ends it at once."""
        if self.process is not None:
            end(self.process)
            self.process = None
        self.held.close()
        self.held_local.close()
