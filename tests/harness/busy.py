"""A pool whose socket is never without a connection that waits: some requests are held in the workers' hands,
others stand behind them. Everything here goes by what the kernel tells, nothing by the clock."""

import contextlib
import os
import signal
import socket

from .fastcgi_client import STDIN, STDOUT, head, record
from .processes import HANG_S, wait_for

CHECK = {"REQUEST_METHOD": "GET", "REQUEST_URI": "/instances/token_check", "REMOTE_ADDR": "127.0.0.1"}
SEEN, REST = b" " * 80000, b" " * 20000


def body(text):
    """STDIN records."""
    return b"".join(record(STDIN, text[at:at + 40000]) for at in range(0, len(text), 40000))


def accepted(path):
    """How many connections of that socket are in somebody's hands. One that only waits has no inode yet."""
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as table:
        rows = [line.split() for line in table]
    return sum(row[5] == "03" and row[6] != "0" for row in rows if row[7:] == [path])


def connect(path, data):
    """A connection on which that has been sent."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(HANG_S)
    connection.connect(path)
    connection.sendall(data)
    return connection


def hold(path, count, beside=0):
    """So many requests in workers' hands, beside those that are: each waits for the rest of its body, which
    is so long that it is not waited for before (server/lobby.h)."""
    wait_for(lambda: accepted(path) == beside, "the end of what came before")
    begun = head({**CHECK, "CONTENT_LENGTH": str(len(SEEN) + len(REST))}) + body(SEEN)
    held = [connect(path, begun) for _ in range(count)]
    wait_for(lambda: accepted(path) == beside + count, f"{count} requests in hand")
    return held


def queue(path, count):
    """So many whole requests, sent; they wait for a worker."""
    return [connect(path, head(CHECK) + record(STDIN)) for _ in range(count)]


def answer(connection):
    """What STDOUT came back; nothing where the connection was dropped."""
    raw, out = b"", b""
    with connection, contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            raw += chunk
    while len(raw) >= 8:
        length, pad = int.from_bytes(raw[4:6], "big"), raw[6]
        out += raw[8:8 + length] if raw[1] == STDOUT else b""
        raw = raw[8 + length + pad:]
    return out


def release(held):
    """The bodies come; the answers."""
    for connection in held:
        connection.sendall(body(REST) + record(STDIN))
    return [answer(connection) for connection in held]


def is_told_to_stop(pid):
    """True if SIGTERM waits to be seen by the process, or it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
    except OSError:
        return True
    pending = int(fields["SigPnd"], 16) | int(fields["ShdPnd"], 16)
    return bool(pending & 1 << signal.SIGTERM - 1) or fields["State"].split()[0] in "ZX"


def has_ended(pid):
    """True if nothing of the process is left but what its parent may still ask for."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def limit_for(pid, more):
    """The limit on descriptors under which a process can open so many more, and no other."""
    taken = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
    return [number for number in range(len(taken) + more + 1) if number not in taken][more]


def ticks(pid):
    """The processor's time that a process has used, in clock ticks."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
