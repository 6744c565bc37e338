"""What a launched pod sends beside the proof of work: encrypted dumps, and answers on its job's ports."""

import base64
import hashlib
import json
import os
import socket
import threading

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def seal(key, text):
    """(iv, cipher) of AES-CBC with PKCS#7."""
    iv, padder = os.urandom(16), padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return iv, encryptor.update(padder.update(text.encode()) + padder.finalize()) + encryptor.finalize()


def dump(master_key, env_key, salt, content):
    """An environment or code dump as the pod makes it."""
    key = hashlib.pbkdf2_hmac("sha256", bytes.fromhex(master_key + env_key), bytes.fromhex(salt), 100000, 32)
    iv, cipher = seal(key, json.dumps(content))
    return base64.b64encode(iv + cipher).decode()


class Port:
    """One port of a pod. `lie` changes what it answers: None (honest), "key", "port", "silent", "trickle",
    "close"."""

    def __init__(self, proto, internal, lie=None, address="127.0.0.1"):
        self.proto, self.internal, self.lie = proto, internal, lie
        self.kept = None
        self.closed = threading.Event()
        self.key, self.udp = None, proto.lower() == "udp"
        self.socket = socket.socket(socket.AF_INET,
                                    socket.SOCK_DGRAM if self.udp else socket.SOCK_STREAM)
        self.socket.bind((address, 0))
        if not self.udp:
            self.socket.listen(8)
        self.external = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def mapping(self):
        """As it stands in port_mappings."""
        return {"internal_port": self.internal, "external_port": self.external, "proto": self.proto}

    def _answer(self):
        internal = 1 if self.lie == "port" else self.internal
        iv, cipher = seal(bytes(16) if self.lie == "key" else self.key,
                          f"response from {self.proto} {internal}".lower())
        return f"{iv.hex()}|{base64.b64encode(cipher).decode()}".encode()

    def _serve(self):
        while True:
            try:
                if self.udp:
                    data, peer = self.socket.recvfrom(64)
                    if data == b"test" and self.lie != "silent":
                        self.socket.sendto(self._answer(), peer)
                    continue
                connection, _ = self.socket.accept()
            except OSError:
                return
            if self.lie == "silent":
                self.kept = connection
                continue
            if self.lie == "trickle":
                threading.Thread(target=self._trickle, args=(connection,), daemon=True).start()
                continue
            with connection:
                if connection.recv(64) == b"test" and self.lie != "close":
                    connection.sendall(self._answer())

    def _trickle(self, connection):
        with connection:
            while not self.closed.wait(0.1):
                try:
                    connection.sendall(b"0")
                except OSError:
                    return

    def close(self):
        """Stops answering, and hangs up."""
        self.closed.set()
        if self.kept is not None:
            self.kept.close()
        self.socket.close()
