"""A pod that runs the network's own SDK, `chutes` from PyPI, as a miner's cluster would.

It is a container made by bubblewrap: the SDK is PID 1, its code stands in /app, nothing of this machine is
there but /usr, /etc and the packages. What it has instead of a GPU and of the network's closed guards says
sdk_stage/sitecustomize.py, the one list of it. Only the SDK's own variables tell it where to go and whom
to trust: the launch token names the address, SSL_CERT_FILE the authority.

A pod listens on ports 8000 and 8001 of all addresses, as its command line has to say, so that there is one
at a time on a machine: whoever comes second waits.
"""

import fcntl
import os
import subprocess
import sys
import tempfile
import urllib.request

from .processes import HANG_S, program, wait_for

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STAGE = os.path.join(TESTS, "harness", "sdk_stage")
LOCK = os.path.join(tempfile.gettempdir(), f"rigger-sdk-pod-{os.getuid()}.lock")
# Where ./dev interop put the network's packages: NAME/VERSION, and `venv` with what they need.
PACKAGES = os.environ.get("RIGGER_TEST_NETWORK", "")
PORT = 8000

CODE = '''from chutes.chute import Chute, NodeSelector

try:
    from chutes.chute.job import Port
except ImportError:
    Port = None

chute = Chute(username="somebody", name="little", image="image", node_selector=NodeSelector(gpu_count=1))


@chute.cord()
async def hello(self) -> str:
    return "hello"


if Port is not None:
    @chute.job(ports=[Port(name="ui", port=9000, proto="http"), Port(name="game", port=9001, proto="udp")],
               timeout=3600, upload=False)
    async def train(self, **data):
        print("the job got", sorted(data), flush=True)
'''


class SdkPod:
    """One pod; a context manager. graval: the version of that package; gpus: uuids in the order of the
    devices; arguments: of `chutes run` after the port; environment: the variables that a miner sets."""

    def __init__(self, directory, sdk, graval, gpus, arguments=(), environment=None, code=CODE):
        self.directory = directory
        self.sdk = os.path.join(PACKAGES, "chutes", sdk)
        self.graval = os.path.join(PACKAGES, "graval", graval)
        self.guard = os.path.join(self.sdk, "chutes", "chutes-netnanny.so")
        self.gpus, self.arguments = gpus, list(arguments)
        self.variables = environment or {}
        self.process = self.lock = None
        self.log_path = os.path.join(directory, "pod.log")
        os.makedirs(os.path.join(directory, "app"), exist_ok=True)
        with open(os.path.join(directory, "app", "app.py"), "w", encoding="utf-8") as file:
            file.write(code)

    def environment(self):
        """All variables in the pod."""
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin:/sbin", "HOME": "/tmp/home",
            "PYTHONPATH": ":".join([STAGE, TESTS, self.sdk, self.graval]), "PYTHONDONTWRITEBYTECODE": "1",
            "RIGGER_POD_GPUS": ",".join(self.gpus),
            "CHUTES_EXECUTION_CONTEXT": "REMOTE", "CHUTES_ALLOW_MISSING": "true",
            **({"LD_PRELOAD": self.guard} if os.path.exists(self.guard) else {}), **self.variables}

    def command(self):
        """bubblewrap's, and the SDK's own."""
        made = [program("bwrap"), "--unshare-pid", "--as-pid-1", "--die-with-parent", "--tmpfs", "/"]
        for name in ("bin", "sbin", "lib", "lib64"):
            made += ["--symlink", f"usr/{name}", f"/{name}"]
        for path in ("/usr", "/etc", "/sys", PACKAGES, TESTS):
            made += ["--ro-bind", path, path]
        played = os.path.join(self.sdk, "chutes", "cfsv")
        if os.path.exists(played):
            made += ["--ro-bind", os.path.join(STAGE, "cfsv.sh"), played]
        made += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp",
                 "--ro-bind", os.path.join(self.directory, "app"), "/app", "--chdir", "/app", "--clearenv"]
        for certificate in filter(None, [self.variables.get("SSL_CERT_FILE")]):
            made += ["--ro-bind", certificate, certificate]
        for name, value in self.environment().items():
            made += ["--setenv", name, value]
        return [*made, os.path.join(PACKAGES, "venv", "bin", "python3"),
                os.path.join(self.sdk, "bin", "chutes"), "run", "app:chute", "--port", str(PORT),
                *self.arguments]

    def log(self):
        """All it has said."""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def says(self, text):
        """Waits until it has said that; what it said before it ended is the error."""
        def said():
            if text in self.log():
                return True
            assert self.process.poll() is None, self.log()
            return False
        wait_for(said, f"{text!r} of the pod")

    def probe(self, path):
        """A GET as the cluster's probes send it; the status."""
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=HANG_S) as answer:
            return answer.status

    def __enter__(self):
        self.lock = open(LOCK, "ab")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def __exit__(self, *exception):
        if exception[0] is not None:
            sys.stderr.write(self.log())
        self.process.kill()
        self.process.wait()
        self.lock.close()
