"""A GraVal service for tests: a real HTTP server that can also hang, lie and answer garbage.

`encrypt` gives the payload back under a key that the test knows; a device challenge's answer is right when
it is what devices_say, 64 characters as the package's are. What a GPU proves has the shape that GraVal 0.2.6
gives it (tests/interop holds it against the package): an object of `intermediate_hashes`, one SHA-256 in hex
for each matrix in each iteration, `num_matrices` and `total_iterations`, in an entry that names the device.
Which hashes are right is ours.
"""

import base64
import hashlib
import http.server
import json
import threading

from .chance import chance
from .pod import seal
from .processes import HANG_S


DRAWN = chance("seeds of GraVal")
# What from_dict of the package reads of a device; it fails where one is missing.
DEVICE_KEYS = {"name", "uuid", "memory", "processors", "clock_rate", "max_threads_per_processor"}


def key_of(seed):
    """The key that the GPU finds by its work."""
    return hashlib.sha256(f"gpu {seed}".encode()).digest()


def devices_say(challenge):
    """What the right GPUs answer to a device challenge."""
    return hashlib.sha256(f"devices say {challenge}".encode()).hexdigest()


def judge_devices(challenge, response, _devices):
    """True: right."""
    return response == devices_say(challenge)


def work_product(seed, iterations=1, matrices=3):
    """What a GPU makes of a seed."""
    return {"intermediate_hashes": [hashlib.sha256(f"{seed} {index}".encode()).hexdigest()
                                    for index in range(matrices * iterations)],
            "num_matrices": matrices, "total_iterations": iterations}


def real_product(seed, iterations):
    """The same in the size that real GPUs have: 900 matrices."""
    return work_product(seed, iterations, 900)


def proof_of(uuid, product, index=0):
    """A GPU's entry in the proof that a pod sends."""
    return {"device_id": index, "device_uuid": uuid, "device_name": "GPU", "work_product": product}


def judge(device_info, seed, product):
    """True: right. Raises as the package does where it cannot read what it is given."""
    if DEVICE_KEYS - set(device_info):
        raise ValueError("device_info")
    hashes = [bytes.fromhex(one) for one in product["intermediate_hashes"]]
    if len(hashes) != product["num_matrices"] * product["total_iterations"] \
            or any(len(one) != 32 for one in hashes):
        raise ValueError("intermediate_hashes")
    return product == work_product(seed, product["total_iterations"], product["num_matrices"])


class Stub(http.server.ThreadingHTTPServer):
    """`troubles`: what happens to the next requests, in order; then it is well. `seeds`: what it draws next;
    then it draws over all 64 bits, as GraVal does."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.troubles, self.seeds = [], []
        self.judge_devices = judge_devices
        self.seen = []
        self.raw = []
        self.connections = 0
        self.let_go = threading.Event()
        self.released = threading.Event()
        self.released.set()
        self.in_hand = self.most_in_hand = 0
        self.counting = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def process_request(self, request, client_address):
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        """A peer that hangs up is part of the tests."""

    def hold(self):
        """From now on requests are taken and not answered, until `release`."""
        self.released.clear()

    def release(self):
        """What is held is answered, and so is what comes."""
        self.released.set()

    def work(self):
        """One request's work: counted while it goes on."""
        with self.counting:
            self.in_hand += 1
            self.most_in_hand = max(self.most_in_hand, self.in_hand)
        self.released.wait(HANG_S)
        with self.counting:
            self.in_hand -= 1

    def draw_seed(self):
        """For a GPU that has none."""
        return self.seeds.pop(0) if self.seeds else DRAWN.randrange(1, 2**64)

    def close(self):
        """Ends it; what hangs is let go."""
        self.shutdown()
        self.let_go.set()
        self.released.set()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    """The three paths."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Quiet."""

    def _send(self, status, text):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        """Answers, or makes trouble."""
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(raw)
        self.server.seen.append((self.path, body))
        self.server.raw.append(raw.decode())
        self.server.work()
        trouble = self.server.troubles.pop(0) if self.server.troubles else None
        if trouble == "reset":
            self.close_connection = True
            self.connection.close()
        elif trouble == "hang":
            self.server.let_go.wait(HANG_S)
            self.close_connection = True
        elif trouble == "flood":
            self.send_response(200)
            self.end_headers()
            for _ in range(4096):
                self.wfile.write(b"x" * 1024)
        elif trouble is not None:
            self._send(*trouble)
        elif self.path == "/encrypt":
            seed = body.get("seed") or self.server.draw_seed()
            iv, cipher = seal(key_of(seed), body["payload"])
            self._send(200, f"{seed}|{base64.b64encode(iv + cipher).decode()}")
        elif self.path == "/verify_device_challenge":
            self._send(200, json.dumps({"result": self.server.judge_devices(
                body["challenge"], body["response"], body["devices"])}))
        else:
            self._judge(body)

    def _judge(self, body):
        try:
            result = judge(body["device_info"], body["seed"], body["work_product"])
        except (KeyError, TypeError, ValueError, AttributeError):
            self._send(500, "Internal Server Error")
        else:
            self._send(200, json.dumps({"result": result}))
