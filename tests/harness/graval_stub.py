"""A GraVal service for tests: a real HTTP server that can also hang, lie and answer garbage.

`encrypt` gives the payload back under a key that the test knows; a work product is right when it is "work of
SEED", a device challenge's answer when it is "devices say CHALLENGE".
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


def key_of(seed):
    """The key that the GPU finds by its work."""
    return hashlib.sha256(f"gpu {seed}".encode()).digest()


class Stub(http.server.ThreadingHTTPServer):
    """`troubles`: what happens to the next requests, in order; then it is well."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.troubles = []
        self.seen = []
        self.connections = 0
        self.let_go = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def process_request(self, request, client_address):
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        """A peer that hangs up is part of the tests."""

    def close(self):
        """Ends it; what hangs is let go."""
        self.shutdown()
        self.let_go.set()
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
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, body))
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
            seed = body.get("seed") or DRAWN.randrange(1, 2**62)
            iv, cipher = seal(key_of(seed), body["payload"])
            self._send(200, f"{seed}|{base64.b64encode(iv + cipher).decode()}")
        elif self.path == "/verify_device_challenge":
            self._send(200, json.dumps({"result": body["response"] == f"devices say {body['challenge']}"}))
        else:
            self._send(200, json.dumps({"result": body.get("work_product") == f"work of {body.get('seed')}"}))
