"""A DNS server whose names say how it answers, and how a program is run that asks it and nobody else.

    address-10-1-2-3.…   has that address
    broken.…             SERVFAIL
    silent.…             no answer, ever
    held.…               no answer until it is released, then NXDOMAIN
    anything else        NXDOMAIN
"""

import os
import socket
import struct
import threading

TYPE_A = 1
NXDOMAIN, SERVFAIL = 3, 2


class Names:
    """The server, on port 53 of an address of this machine: for root, who may have it."""

    def __init__(self, directory):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # Of a process alone, so that several runs do not meet.
        address = f"127.53.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
        self.socket.bind((address, 53))
        self.asked = []
        self.held = []
        self.lock = threading.Lock()
        self.resolv_conf = os.path.join(directory, "resolv.conf")
        with open(self.resolv_conf, "w", encoding="ascii") as conf:
            # One question lasts as long as the resolver allows; the program's own limit comes first.
            conf.write(f"nameserver {address}\noptions timeout:30 attempts:1\n")
        threading.Thread(target=self._serve, daemon=True).start()

    def before(self):
        """What to put before a command, so that this server is its only one."""
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                'mount --bind "$0" /etc/resolv.conf && exec "$@"', self.resolv_conf]

    @staticmethod
    def _name(query):
        labels, at = [], 12
        while query[at] != 0:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        return ".".join(labels), at + 5

    def _answer(self, query, peer, code=0, address=None):
        end = self._name(query)[1]
        wanted, = struct.unpack(">H", query[end - 4:end - 2])
        answers = b""
        if address is not None and wanted == TYPE_A:
            answers = b"\xc0\x0c" + struct.pack(">HHIH", TYPE_A, 1, 0, 4) + socket.inet_aton(address)
        head = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, 1 if answers else 0, 0, 0)
        self.socket.sendto(head + query[12:end] + answers, peer)

    def _serve(self):
        while True:
            try:
                query, peer = self.socket.recvfrom(512)
            except OSError:
                return
            name = self._name(query)[0].lower()
            first = name.split(".", maxsplit=1)[0]
            with self.lock:
                self.asked.append(name)
                if first == "held":
                    self.held.append((query, peer))
            if first.startswith("address-"):
                self._answer(query, peer, address=first.removeprefix("address-").replace("-", "."))
            elif first == "broken":
                self._answer(query, peer, SERVFAIL)
            elif first not in ("silent", "held"):
                self._answer(query, peer, NXDOMAIN)

    def names(self):
        """The names that it was asked for, each once."""
        with self.lock:
            return set(self.asked)

    def release(self):
        """Answers what is held."""
        with self.lock:
            held, self.held = self.held, []
        for query, peer in held:
            self._answer(query, peer, NXDOMAIN)

    def close(self):
        """Ends it."""
        self.socket.close()
