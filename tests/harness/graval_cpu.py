"""GraVal's own libraries, of the package from PyPI, on a machine without a GPU: they compute by OpenCL,
which Debian's pocl has for a CPU, and opencl_layer.c lets that pass for the GPU of harness/network.py.

They answer device challenges and judge the answers here. Work takes gigabytes and minutes of a real GPU:
they make no challenge for a device of 2 GiB or less, and one for 3 GiB was not done after seven minutes.
"""

import json
import os
import subprocess
import threading

from .processes import run
from .sdk_pod import PACKAGES

VERSION = "0.2.6"
LAYER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "opencl_layer.c")
MARK = "said: "
WORK = f"""
import json, sys
from graval import Miner, Validator
miner, validator = Miner(), Validator()
for line in sys.stdin:
    asked = json.loads(line)
    if asked["response"] is None:
        said = miner.process_device_info_challenge(asked["challenge"])
    else:
        said = validator.verify_device_info_challenge(asked["challenge"], asked["response"], asked["devices"])
    print("{MARK}" + json.dumps(said), flush=True)
"""


class GravalOnCpu:
    """A miner's library and a validator's, with one device; a context manager."""

    def __init__(self, directory, uuid):
        self.layer = os.path.join(directory, "layer.so")
        self.uuid = uuid
        self.process = None
        self.turn = threading.Lock()

    def __enter__(self):
        run(["gcc", "-shared", "-fPIC", "-o", self.layer, LAYER])
        self.process = subprocess.Popen(
            [os.path.join(PACKAGES, "venv", "bin", "python3"), "-c", WORK], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env={
                "PATH": os.environ["PATH"], "PYTHONPATH": os.path.join(PACKAGES, "graval", VERSION),
                "OPENCL_LAYERS": self.layer, "RIGGER_OPENCL_UUID": self.uuid,
                "HOME": os.path.dirname(self.layer)})
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def _ask(self, **asked):
        with self.turn:
            self.process.stdin.write(json.dumps(asked) + "\n")
            self.process.stdin.flush()
            # The libraries talk, too.
            for line in self.process.stdout:
                if line.startswith(MARK):
                    return json.loads(line.removeprefix(MARK))
        raise RuntimeError("GraVal's libraries have ended")

    def answer(self, challenge):
        """What the device says."""
        return self._ask(challenge=challenge, response=None)

    def judge(self, challenge, response, devices):
        """Whether one of those devices said that."""
        return self._ask(challenge=challenge, response=response, devices=devices)
