"""Stands where the Python service of a Chutes network listens."""

import http.server
import json


class PythonService(http.server.BaseHTTPRequestHandler):
    """Stands where the Python service listens: it says what it was asked."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Quiet."""

    def _answer(self):
        body = json.dumps({"theirs": self.path, "method": self.command,
                           "length": self.headers.get("Content-Length"),
                           "for": self.headers.get("X-Forwarded-For")}).encode()
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _answer
