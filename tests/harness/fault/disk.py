"""A small filesystem in memory that can be full."""

import contextlib
import os

from ..processes import program, run


class Disk:
    """A tmpfs at a path; who makes it has to be root."""

    def __init__(self, path, size, mode="755"):
        self.path = path
        self.ballast = os.path.join(path, "ballast")
        os.makedirs(path, exist_ok=True)
        run([program("mount"), "-t", "tmpfs", "-o", f"size={size},mode={mode}", "tmpfs", path])

    def fill(self):
        """Until nothing more goes in."""
        with open(self.ballast, "ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(65536))
        with open(self.ballast, "ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(512))

    def free(self):
        """Takes the ballast away."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.ballast)

    def unmount(self):
        """Ends it, with what is in it."""
        run([program("umount"), "--lazy", self.path])
