"""Finding programs and ports, and waiting for what is about to happen.

Nothing here measures time: HANG_S is the one limit of all waits, so long that only what hangs ever meets it.
"""

import os
import pwd
import shutil
import socket
import subprocess
import time

HANG_S = 180.0


class StackError(Exception):
    """Something of the stack did not start; the text says what to look at."""


def program(name, *places):
    """The path of an executable, also where PATH of a plain user does not look."""
    for place in (*places, "/usr/sbin", "/usr/bin", "/sbin"):
        path = os.path.join(place, name)
        if os.access(path, os.X_OK):
            return path
    found = shutil.which(name)
    if found is None:
        raise StackError(f"{name} is not installed: run ./dev setup")
    return found


def as_user(user, command):
    """The command as that user; unchanged unless we are root."""
    if os.geteuid() != 0:
        return command
    return [program("setpriv"), f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}",
            "--init-groups", *command]


class HeldPort:
    """A port for a program that wants to be told its number. It is held until `close`: the kernel gives it to
    nobody who asks for any port, and to whoever names it and sets SO_REUSEADDR, as servers do. What is held
    takes no connection and no datagram that is not from itself."""

    def __init__(self, proto="tcp"):
        self._held = socket.socket(socket.AF_INET,
                                   socket.SOCK_DGRAM if proto == "udp" else socket.SOCK_STREAM)
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("", 0))
        self.number = self._held.getsockname()[1]
        if proto == "udp":
            self._held.connect(("127.0.0.1", self.number))

    def close(self):
        """Gives it back."""
        self._held.close()


def wait_for(condition, what):
    """Calls condition until it returns something true, and returns that."""
    deadline = time.monotonic() + HANG_S
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise StackError(f"waited {HANG_S:g} s in vain for {what}")
        time.sleep(0.02)


def end(process):
    """SIGTERM, and SIGKILL to what does not go by it. Returns the exit status; None: it had to be killed."""
    process.terminate()
    try:
        return process.wait(HANG_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


def run(command, **options):
    """subprocess.run that raises with what the program said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise StackError(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
