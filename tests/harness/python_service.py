"""Stands where the Python service of a Chutes network listens.

It says of every request what it was asked. Given a stack, it also leads launches as that service does: it
issues tokens itself, in the form that was recorded (python_tokens), and leaves the work to a second
responder on the same database; and it refuses to verify what it has not claimed, since it knows nothing of
another's challenge.
"""

import collections
import http.server
import json
import os
import re
import threading
import urllib.parse

from . import python_tokens
from .fastcgi_client import request
from .network import Miner
from .processes import HANG_S, StackError
from .responder import Responder

CONFIG = re.compile(r"/instances/launch_config/([^/?]+)(/activate)?$")
INSTANCE = re.compile(r"/instances/[^/]+/[^/]+$")


class PythonService(http.server.ThreadingHTTPServer):
    """Listens at `address`. Requests whose query is slow wait for `slow`; `waiting` counts them."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, stack=None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.address = f"127.0.0.1:{self.server_address[1]}"
        self.stack = stack
        self.responder = None
        self.asked = collections.defaultdict(list)
        self.slow = threading.Event()
        self.waiting = threading.Semaphore(0)

    def start(self):
        """Serves; with a stack, which has started, starts its responder as well."""
        threading.Thread(target=self.serve_forever, daemon=True).start()
        if self.stack is not None:
            directory = os.path.join(self.stack.directory, "python_service")
            os.mkdir(directory)
            os.chmod(directory, 0o755)
            server = {**self.stack.settings["server"], "fast_socket": os.path.join(directory, "fast.sock"),
                      "slow_socket": os.path.join(directory, "slow.sock")}
            self.responder = Responder(directory, self.stack.build, {**self.stack.settings, "server": server})
            self.responder.write_config()
            self.responder.start()
        return self

    def stop(self):
        """Ends it."""
        self.slow.set()
        self.shutdown()
        self.server_close()
        if self.responder is not None:
            died, log = self.responder.process.poll() is not None, self.responder.log()
            self.responder.stop()
            if died:
                raise StackError(f"the second responder ended by itself:\n{log[-4000:]}")

    def issue(self, hotkey, query):
        """GET launch_config: (status, answer)."""
        chute, job = query["chute_id"][0], query.get("job_id", [None])[0]
        issued = python_tokens.issue(self.stack, Miner(None, hotkey), chute, job)
        self.asked[issued["config_id"]].append("token")
        return 200, json.dumps(issued).encode()

    def lead(self, config_id, method, forward):
        """A request of a launch: (status, answer)."""
        if method != "POST" and "POST" not in self.asked[config_id]:
            return 403, b'{"detail":"Launch config has not been claimed here."}'
        self.asked[config_id].append(method)
        return forward()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment

    def log_message(self, *_):
        """Quiet."""

    def _answer(self):
        self.path = self.requestline.split()[1]  # as it came: the library makes one slash of two
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer = self._decide(body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    def _decide(self, body):
        service, url = self.server, urllib.parse.urlsplit(self.path)
        config = CONFIG.match(url.path)
        deletes = self.command == "DELETE" and INSTANCE.match(url.path)
        if service.stack is not None and (config or deletes):
            def forward():
                return self._forward(body)

            return forward() if deletes else service.lead(config[1], self.command, forward)
        if service.stack is not None and (self.command, url.path) == ("GET", "/instances/launch_config"):
            return service.issue(self.headers["X-Chutes-Hotkey"], urllib.parse.parse_qs(url.query))
        if url.query == "slow":
            service.waiting.release()
            service.slow.wait(HANG_S)
        return 200, json.dumps({"theirs": self.path, "method": self.command,
                                "length": self.headers.get("Content-Length"),
                                "for": self.headers.get("X-Forwarded-For")}).encode()

    def _forward(self, body):
        """The answer of the second responder."""
        pool = "slow_socket" if self.command in ("POST", "PUT") else "fast_socket"
        parameters = {"REQUEST_METHOD": self.command, "REQUEST_URI": self.path,
                      "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                      "REMOTE_ADDR": self.headers["X-Forwarded-For"].split(",")[0]}
        parameters.update(("HTTP_" + name.upper().replace("-", "_"), value)
                          for name, value in self.headers.items()
                          if name.lower() in ("authorization", "x-chutes-hotkey", "x-chutes-nonce",
                                              "x-chutes-signature"))
        head, _, answer = request(self.server.responder.settings["server"][pool], parameters, body) \
            .partition(b"\r\n\r\n")
        return int(re.search(rb"Status: (\d+)", head)[1]), answer

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer
