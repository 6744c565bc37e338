"""FastCGI records by hand, to speak to a worker's socket without a web server; also malformed ones."""

import socket
import struct

from .processes import HANG_S

BEGIN, END, PARAMS, STDIN, STDOUT, STDERR = 1, 3, 4, 5, 6, 7


def record(kind, content=b"", request_id=1, version=1, length=None):
    """One record; length lies about the content where it is given."""
    return struct.pack(">BBHHBB", version, kind, request_id,
                       len(content) if length is None else length, 0, 0) + content


def parameter(name, value):
    """A name-value pair with four-byte lengths."""
    name, value = name.encode(), value.encode()
    return struct.pack(">II", len(name) | 1 << 31, len(value) | 1 << 31) + name + value


def begin(role=1, keep=0):
    """BEGIN_REQUEST."""
    return record(BEGIN, struct.pack(">HB5x", role, keep))


def head(parameters):
    """BEGIN_REQUEST and all of PARAMS."""
    pairs = b"".join(parameter(name, value) for name, value in parameters.items())
    return begin() + record(PARAMS, pairs) + record(PARAMS)


def exchange(path, data):
    """Sends bytes, ends the sending side, and returns the STDOUT content of what comes back."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(HANG_S)
        connection.connect(path)
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        raw = b""
        while chunk := connection.recv(65536):
            raw += chunk
    out = b""
    while len(raw) >= 8:
        _, kind, _, length, pad, _ = struct.unpack(">BBHHBB", raw[:8])
        if kind == STDOUT:
            out += raw[8:8 + length]
        raw = raw[8 + length + pad:]
    return out


def request(path, parameters, body=b""):
    """A whole, well-formed request."""
    return exchange(path, head(parameters) + (record(STDIN, body) if body else b"") + record(STDIN))
