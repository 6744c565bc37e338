"""The routes of the built program."""

import os
import re
import subprocess
import uuid

from .stack import BUILD


def routes():
    """What `rigger routes` prints: (method, path, pool) each."""
    printed = subprocess.run([os.path.join(BUILD, "rigger"), "routes"], capture_output=True,
                             text=True, check=True).stdout
    return [tuple(line.split()) for line in printed.splitlines()]


def filled(path):
    """The path of a route with something in its places."""
    return re.sub(r"\{\w+\}", lambda _: str(uuid.uuid4()), path)
