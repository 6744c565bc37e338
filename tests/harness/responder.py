"""`rigger serve` with a configuration of its own."""

import contextlib
import grp
import json
import os
import secrets
import signal
import socket
import subprocess
import tempfile

from .processes import HANG_S, StackError, program, run, wait_for


def default_settings(directory, dsn):
    """Settings of a development network; a test changes what it is about. The program's own
    limits of time are so long that no slow machine meets them; fast_deadline_ms and
    slow_deadline_ms stay below what nginx waits."""
    settings = {
        "server": {
            "fast_socket": os.path.join(directory, "fast.sock"),
            "slow_socket": os.path.join(directory, "slow.sock"),
            "fast_workers": 4,
            "slow_workers": 4,
            "fast_deadline_ms": 60000,
            "slow_deadline_ms": 60000,
            "io_timeout_ms": 60000,
            "head_timeout_ms": 60000,
            "body_timeout_ms": 60000,
            "address_requests_per_minute": 0,
            "hotkey_requests_per_minute": 0,
        },
        "database": {"dsn": dsn, "connect_timeout_s": 30, "statement_timeout_ms": 50000,
                     "activation_retry_ms": 50000},
        "launch": {
            "netuid": 64,
            "public_url": "https://localhost",
            "validator_ss58": "5Dt7HZ7Zpw4DppPxFM7Ke3Cm7sDAWhsZXmM5ZAmE7dSVJbcQ",
            "launch_secret": secrets.token_hex(32),
            "ip_check_salt": secrets.token_hex(16),
            "allow_private_hosts": "true",
        },
        "attestation": {
            "proof_of_work": "matmul",
            "environment": "none",
            "filesystem": "none",
            "matmul_n": 256,
        },
        "background": {"reap_interval_ms": 1000, "verify_timeout_ms": 60000},
    }
    if os.geteuid() == 0:
        settings["server"]["socket_group"] = grp.getgrnam("www-data").gr_name
    return settings


class Responder:
    """One `rigger serve`; `log()` is what it said."""

    def __init__(self, directory, build, settings):
        self.directory = directory
        self.program = os.path.join(build, "rigger")
        self.settings = settings
        self.config = os.path.join(directory, "rigger.conf")
        self.log_path = os.path.join(directory, "rigger.log")
        self.process = None
        self.before = self._tracer()  # a command that runs it
        self.variables = {}  # of its environment

    def write_config(self):
        """Writes the settings as an ini file."""
        with open(os.open(self.config, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600),
                  "w", encoding="utf-8") as conf:
            for section, keys in self.settings.items():
                conf.write(f"[{section}]\n")
                conf.writelines(f"{key} = {value}\n" for key, value in keys.items())

    def migrate(self, *options):
        """`rigger migrate` on the configured database."""
        return run([self.program, "migrate", "--config", self.config, *options], env=self.environment())

    def check(self, command="check-config", **changes):
        """A command of `rigger` with other settings, {section: {key: value}}; a value
        None takes the key away."""
        other = Responder(tempfile.mkdtemp(dir=self.directory), os.path.dirname(self.program), {
            section: {key: value
                      for key, value in {**self.settings.get(section, {}), **changes.get(section, {})}.items()
                      if value is not None}
            for section in {**self.settings, **changes}})
        other.write_config()
        return subprocess.run([self.program, command, "--config", other.config], capture_output=True,
                              text=True, check=False, env=self.environment())

    @staticmethod
    def environment():
        """Our environment without anybody else's RIGGER_ variables."""
        return {name: value for name, value in os.environ.items() if not name.startswith("RIGGER_")}

    def start(self):
        """Starts it and waits until both sockets take connections."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([*self.before, self.program, "serve", "--config", self.config],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**self.environment(), **self.variables},
                                            start_new_session=True)
        for key in ("fast_socket", "slow_socket"):
            wait_for(lambda path=self.settings["server"][key]: self._answers(path), f"{key} of rigger serve")

    def _answers(self, path):
        if self.process.poll() is not None:
            raise StackError(f"rigger serve ended with {self.process.returncode}:\n{self.log()}")
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(path)
            return True
        except OSError:
            return False

    def stop(self):
        """SIGTERM, then SIGKILL to whoever is left. Returns the exit status, None if it had to be killed."""
        if self.process is None:
            return None
        self._refuse_unknown_calls()
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(HANG_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            return None
        finally:
            self.process = None

    @staticmethod
    def _tracer():
        """strace, where RIGGER_TEST_TRACES names a folder (tools/calls.py)."""
        folder = os.environ.get("RIGGER_TEST_TRACES")
        if folder is None:
            return []
        handle, path = tempfile.mkstemp(dir=folder)
        os.close(handle)
        # -D: strace is the child, so that what the tests signal is the master.
        return [program("strace"), "-D", "-f", "-qq", "-s", "0", "-o", path]

    def _refuse_unknown_calls(self):
        """Whatever is tested, confined processes find the system calls that they need."""
        refused = [line for line in self.log().splitlines() if "the system call " in line]
        if refused:
            raise StackError("src/confine/calls.list lacks a call:\n" + "\n".join(refused))

    def reload(self):
        """Writes the settings again and sends SIGHUP."""
        self.write_config()
        self.process.send_signal(signal.SIGHUP)

    def renew(self):
        """The same, and waits until no worker with the former settings is left."""
        before = set(self.workers())
        self.reload()
        wait_for(lambda: not before & set(self.workers()), "new workers")

    @contextlib.contextmanager
    def having(self, section, **changes):
        """Other settings of a section, in all workers, for as long as the block takes."""
        before = dict(self.settings[section])
        self.settings[section].update(changes)
        self.renew()
        yield
        self.settings[section].clear()
        self.settings[section].update(before)
        self.renew()

    def workers(self):
        """Process ids of the master's children."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path, encoding="ascii") as children:
            return [int(pid) for pid in children.read().split()]

    def log(self):
        """All it has written so far."""
        if not os.path.exists(self.log_path):
            return ""
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def log_lines(self):
        """Its log as parsed lines, all that are whole; one that is no JSON fails."""
        return [json.loads(line) for line in self.log().rpartition("\n")[0].splitlines()]

    def wait_for_log(self, text):
        """Until it has said that: what it does can be seen before what it says about it."""
        wait_for(lambda: text in self.log(), f"{text!r} in the log")
