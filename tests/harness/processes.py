"""Finding programs and ports, and waiting for what is about to happen."""

import os
import pwd
import shutil
import socket
import subprocess
import time


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
    return [program("setpriv"), f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--init-groups", *command]


def free_port(address="127.0.0.1"):
    """A TCP port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def wait_for(condition, what, seconds=20.0):
    """Calls condition until it returns something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise StackError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(0.02)


def run(command, **options):
    """subprocess.run that raises with what the program said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise StackError(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
