"""An instance of an old SDK: the other side of the background verification, for each range of versions.

It checks who asks as a real one does, and can cheat or fail in named ways.
"""

import base64
import hashlib
import http.server
import json
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .graval_stub import devices_say, key_of
from .matmul import Prover
from .processes import HANG_S
from .sr25519 import verify

AGE_MAX_S = 30


def unseal(key, iv, cipher):
    """The text of AES-CBC with PKCS#7."""
    decryptor, unpadder = \
        Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor(), padding.PKCS7(128).unpadder()
    return (unpadder.update(decryptor.update(cipher) + decryptor.finalize()) + unpadder.finalize()).decode()


def version(text):
    """Comparable."""
    return tuple(int(part) for part in text.split("."))


class OldPod(http.server.ThreadingHTTPServer):
    """One instance. `cheat`: what it does wrong; `troubles`: what happens to its next
    requests instead of an answer."""

    daemon_threads = True

    def __init__(self, sdk, miner, validator, files, gpus, address="127.0.0.1"):
        super().__init__((address, 0), Handler)
        self.sdk, self.miner, self.validator = version(sdk), miner, validator
        self.files, self.gpus, self.cheat = files, gpus, None
        self.port = self.server_address[1]
        self.key = None
        self.devices_say = devices_say
        self.troubles, self.asked, self.refused = [], [], []
        self.let_go = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A peer that hangs up is part of the tests."""

    def close(self):
        """Hangs up for good; what hangs is let go."""
        self.shutdown()
        self.let_go.set()
        self.server_close()

    def open_envelope(self, envelope):
        """What was encrypted for one of the GPUs."""
        assert envelope["length"] == len(base64.b64decode(envelope["ciphertext"]))
        gpu = self.gpus[envelope["device_id"]]
        if "povw" not in envelope:
            return unseal(key_of(envelope["seed"]), bytes.fromhex(envelope["iv"]),
                          base64.b64decode(envelope["ciphertext"]))
        sealed = base64.b64encode(bytes.fromhex(envelope["iv"])
                                  + base64.b64decode(envelope["ciphertext"])).decode()
        work = envelope["povw"]
        return Prover({"seed": envelope["seed"], "iterations": work["iterations"], "povw": work,
                       "symmetric_key": {"uuid": gpu}}).open(sealed).decode()


class Refused(Exception):
    """The status of a refusal."""


class Handler(http.server.BaseHTTPRequestHandler):
    """The paths of the SDK."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Quiet."""

    def _send(self, status, text, **headers):
        data = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _signed(self, body):
        """Only the validator may ask."""
        get = self.headers.get
        tail = hashlib.sha256(body).hexdigest() if body else "chutes"
        text = f"{self.server.miner}:{self.server.validator}:{get('X-Chutes-Nonce')}:{tail}"
        if (get("X-Chutes-Miner"), get("X-Chutes-Validator")) != (self.server.miner, self.server.validator) \
                or abs(int(get("X-Chutes-Nonce")) - time.time()) > AGE_MAX_S \
                or not verify(bytes.fromhex(get("X-Chutes-Signature")), text.encode(), self.server.validator):
            raise Refused(401)

    def _shown_path(self):
        """The path, and the query's values."""
        split = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(split.query))
        if self.server.sdk < (0, 2, 14) or split.path == "/_exchange":
            return split.path, query
        sealed = bytes.fromhex(split.path[1:])
        padded = unseal(self.server.key, sealed[:16], sealed[16:])
        if len(padded) < 24:
            raise Refused(404)
        return padded.rstrip("?"), query

    def _hidden(self, body):
        """A body under the key: (iv, object)."""
        iv = bytes.fromhex(body[:32].decode())
        return iv, json.loads(unseal(self.server.key, iv, base64.b64decode(body[32:])))

    def _answer_hidden(self, iv, answer):
        """An answer under the key and the question's iv."""
        padder = padding.PKCS7(128).padder()
        encryptor = Cipher(algorithms.AES(self.server.key), modes.CBC(iv)).encryptor()
        sealed = encryptor.update(padder.update(json.dumps(answer).encode()) + padder.finalize()) \
            + encryptor.finalize()
        self._send(200, json.dumps({"json": base64.b64encode(sealed).decode()}))

    def _exchange(self, body):
        if self.server.sdk < (0, 2, 0):
            raise Refused(404)
        self.server.key = bytes.fromhex(self.server.open_envelope(json.loads(body)["symmetric_key"]))
        self._send(200, "{}")

    def _ping(self, body):
        if self.server.sdk < (0, 2, 0):
            assert self.headers["X-Chutes-Encrypted"] == "true"
            hello = self.server.open_envelope(json.loads(body)["hello"])
            self._send(200, json.dumps({"hello": "guess" if self.server.cheat == "ping" else hello}))
            return
        iv, said = self._hidden(body)
        self._answer_hidden(iv, {"hello": "guess"} if self.server.cheat == "ping" else said)

    def _slurp(self, body):
        if self.server.sdk < (0, 2, 20):
            raise Refused(404)
        iv, question = self._hidden(body)
        if question["path"] not in self.server.files:
            raise Refused(404)
        self._answer_hidden(iv, {"contents": base64.b64encode(self.server.files[question["path"]]).decode()})

    def _fs_challenge(self, body):
        question = json.loads(body) if self.server.sdk < (0, 2, 0) else self._hidden(body)[1]
        data = self.server.files.get(question["filename"], b"")
        piece = data[question["offset"]:question["offset"] + question["length"]]
        self._send(200, hashlib.sha256(piece).hexdigest())

    def _device_challenge(self, query):
        said = self.server.devices_say(query["challenge"])
        self._send(200, "liar" if self.server.cheat == "devices" else said)

    def _serve(self, body):
        self._signed(body)
        path, query = self._shown_path()
        self.server.asked.append(path)
        trouble = self.server.troubles.pop(0) if self.server.troubles else None
        if trouble == "hang":
            self.server.let_go.wait(HANG_S)
            self.close_connection = True
        elif trouble == "redirect":
            self._send(302, "", Location="http://127.0.0.1:1/")
        elif trouble is not None:
            self._send(*trouble)
        elif path == "/_device_challenge" and self.command == "GET":
            self._device_challenge(query)
        else:
            {"/_exchange": self._exchange, "/_ping": self._ping, "/_slurp": self._slurp,
             "/_fs_challenge": self._fs_challenge}[path](body)

    def _handle(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            self._serve(body)
        except Refused as refusal:
            self.server.refused.append((self.path, refusal.args[0]))
            self._send(refusal.args[0], "go away")
        except (ValueError, KeyError, AssertionError, TypeError) as error:
            self.server.refused.append((self.path, repr(error)))
            self._send(400, "what?")

    do_GET = do_POST = _handle
