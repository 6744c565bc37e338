"""Between the responder and PostgreSQL: passes messages on, one by one, and says of each what it is, so that
a connection can be cut, or its worker killed, before any of them.

It speaks the framing of PostgreSQL's protocol 3.0 ("Message Formats"): after the start-up packet every
message is a byte of its type, a length of four bytes that counts itself, and the rest.
"""

import os
import re
import select
import socket
import struct
import threading

PLAIN = {80877103, 80877104}  # SSLRequest, GSSENCRequest: answered by one byte, before the start-up packet
CANCEL = 80877102
CALL = re.compile(rb"rigger\.(\w+)\s*\(")


class Link:
    """One connection; `pid` is the process that made it."""

    def __init__(self, proxy, front, back):
        self.proxy, self.front, self.back = proxy, front, back
        credentials = front.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        self.pid = struct.unpack("3i", credentials)[0]
        self.texts, self.function = {}, None
        self.started, self.plain = False, 0

    def run(self):
        """Until either side is gone, or it is cut."""
        pending = {self.front: b"", self.back: b""}
        try:
            while True:
                for side in select.select([self.front, self.back], [], [])[0]:
                    data = side.recv(65536)
                    if not data:
                        return
                    pending[side] = self.pass_on(side, pending[side] + data)
        except (OSError, CutError):
            pass
        finally:
            self.front.close()
            self.back.close()

    def pass_on(self, side, data):
        """All whole messages in data; returns what is left."""
        from_client = side is self.front
        other = self.back if from_client else self.front
        while True:
            if not from_client and self.plain:
                size, self.plain = 1, self.plain - 1
            elif from_client and not self.started:
                size = struct.unpack("!I", data[:4])[0] if len(data) >= 8 else None
            else:
                size = 1 + struct.unpack("!I", data[1:5])[0] if len(data) >= 5 else None
            if size is None or len(data) < size:
                return data
            message, data = data[:size], data[size:]
            if from_client and not self.started:
                self.start(message)
            else:
                self.look(from_client, message)
            other.sendall(message)
            if not data:
                return data

    def start(self, message):
        """What comes before messages have types."""
        code = struct.unpack("!I", message[4:8])[0]
        if code in PLAIN:
            self.plain += 1
        else:
            self.started = code != CANCEL

    def look(self, from_client, message):
        """Which function the message is about, and what is to become of it."""
        kind = message[:1].decode()
        if from_client and kind == "P":
            name, text = message[5:].split(b"\0")[:2]
            called = CALL.search(text)
            self.texts[name] = self.function = called.group(1).decode() if called else None
        elif from_client and kind == "B":
            self.function = self.texts.get(message[5:].split(b"\0")[1])
        if self.function is not None:
            self.proxy.decide(self, (self.function, "asks" if from_client else "answers", kind))


class CutError(Exception):
    """The connection ends here."""


class Proxy:
    """Listens in a directory as a PostgreSQL server does. `watch` is called with (link, point) for every
    message about one of our functions, before it is passed on; a point is (function, asks or answers, type).
    It may call `cut`."""

    def __init__(self, directory, behind):
        """behind: the directory where PostgreSQL listens."""
        self.directory = os.path.join(directory, "proxy")
        self.behind = os.path.join(behind, ".s.PGSQL.5432")
        self.watch = None
        self.lock = threading.Lock()
        os.mkdir(self.directory)
        os.chmod(self.directory, 0o755)
        self.listener = socket.socket(socket.AF_UNIX)
        path = os.path.join(self.directory, ".s.PGSQL.5432")
        self.listener.bind(path)
        os.chmod(path, 0o777)
        self.listener.listen(128)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        """Links each client with a connection of its own to the server."""
        while True:
            try:
                front, _ = self.listener.accept()
            except OSError:
                return
            back = socket.socket(socket.AF_UNIX)
            try:
                back.connect(self.behind)
            except OSError:
                front.close()
                back.close()
                continue
            threading.Thread(target=Link(self, front, back).run, daemon=True).start()

    def decide(self, link, point):
        """One message after the other, whichever connection it is on."""
        with self.lock:
            if self.watch is not None:
                self.watch(link, point)

    @staticmethod
    def cut():
        """Both sides find the connection closed, without this message."""
        raise CutError

    def close(self):
        """Takes no more connections; what is connected stays until its client or the server ends it."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
