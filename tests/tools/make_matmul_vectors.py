"""Writes matmul.json: rigger-matmul-v1 done slowly and obviously, with Python's own integers, from its
description and from nothing of the C code.

Whole products are made for small n; for large n only single rows. Takes about a minute:

    python3 make_matmul.py > matmul.json
"""

import base64
import hashlib
import json
import struct
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MODULUS = 1 << 32


def blake(data, size=32):
    """BLAKE2b of that many bytes."""
    return hashlib.blake2b(data, digest_size=size).digest()


def matrix_key(uuid, seed, n, index):
    """The keystream key of A_index."""
    return blake(b"rigger-matmul-v1" + struct.pack("<Q", seed) + uuid.encode() + struct.pack("<II", n, index))


def matrix_rows(uuid, seed, n, index):
    """The rows of A_index, one after the other."""
    nonce = bytes(16)  # the library's 16 bytes: a counter of 32 bits, then the 96-bit nonce
    stream = Cipher(algorithms.ChaCha20(matrix_key(uuid, seed, n, index), nonce), None).encryptor()
    for _ in range(n):
        yield struct.unpack(f"<{n}I", stream.update(bytes(4 * n)))


def row_times_matrix(row, matrix):
    """A row vector times a matrix whose rows come one by one."""
    result = [0] * len(row)
    for factor, matrix_row in zip(row, matrix):
        result = [(value + factor * word) % MODULUS for value, word in zip(result, matrix_row)]
    return result


def product_row(uuid, seed, n, iterations, wanted):
    """Row `wanted` of the product."""
    row = next(row for index, row in enumerate(matrix_rows(uuid, seed, n, 0)) if index == wanted)
    for index in range(1, iterations + 1):
        row = row_times_matrix(row, matrix_rows(uuid, seed, n, index))
    return row


def product(uuid, seed, n, iterations):
    """All rows of the product."""
    rows = list(matrix_rows(uuid, seed, n, 0))
    for index in range(1, iterations + 1):
        columns = list(zip(*matrix_rows(uuid, seed, n, index)))
        rows = [[sum(a * b for a, b in zip(row, column)) % MODULUS for column in columns] for row in rows]
    return rows


def digest(row, index):
    """d_r of row r."""
    return blake(struct.pack(f"<{len(row)}I", *row) + struct.pack("<I", index))


def describe_row(found, index):
    """What the C code is asked about one row."""
    return {"row": index, "digest": found.hex(), "seal_key": blake(b"key" + found).hex(),
            "tag": blake(b"tag" + found, 8).hex()}


def seal(found, symmetric_key, iv):
    """base64(iv + cipher) of the instance's key in hex, under the secret row's key."""
    text = symmetric_key.encode()
    text += bytes([16 - len(text) % 16]) * (16 - len(text) % 16)
    encryptor = Cipher(algorithms.AES(blake(b"key" + found)), modes.CBC(iv)).encryptor()
    return base64.b64encode(iv + encryptor.update(text) + encryptor.finalize()).decode()


def whole(uuid, seed, n, iterations, secret_row):
    """A challenge with its whole solution."""
    print(f"n {n}, k {iterations}, all rows", file=sys.stderr)
    digests = [digest(row, index) for index, row in enumerate(product(uuid, seed, n, iterations))]
    symmetric_key = blake(uuid.encode() + b" key", 16).hex()
    return {
        "uuid": uuid, "seed": seed, "n": n, "iterations": iterations,
        "secret": describe_row(digests[secret_row], secret_row),
        "symmetric_key": symmetric_key,
        "ciphertext": seal(digests[secret_row], symmetric_key, blake(uuid.encode() + b" iv", 16)),
        "work_product": base64.b64encode(b"".join(found[:8] for found in digests)).decode(),
    }


def single(uuid, seed, n, iterations, rows):
    """Single rows of a product, and the keys of its matrices."""
    print(f"n {n}, k {iterations}, rows {rows}", file=sys.stderr)
    return {
        "uuid": uuid, "seed": seed, "n": n, "iterations": iterations,
        "keys": [matrix_key(uuid, seed, n, index).hex() for index in range(iterations + 1)],
        "rows": [describe_row(digest(product_row(uuid, seed, n, iterations, row), row), row) for row in rows],
    }


def main():
    """Prints the vectors."""
    gpu = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    vectors = {
        "about": "rigger-matmul-v1. Keys, digests and tags are hex, work products and ciphertexts base64.",
        "products": [
            whole(gpu, 4711, 256, 1, 0),
            whole(gpu, 2 ** 63 - 1, 256, 2, 255),
            whole("GPU-1b2c3d4e", 8070450532247928831, 256, 5, 77),
        ],
        "rows": [
            single(gpu, 0, 256, 1, [0, 255]),
            single("", 1, 512, 2, [511]),
            single("GPÜ", 1 << 62, 1024, 3, [0, 512]),
            single(gpu, 123456789012345678, 2048, 2, [1, 2047]),
            single(gpu, 99, 4096, 1, [4095]),
            single(gpu, 2 ** 63 - 1, 16384, 1, [16383]),
        ],
    }
    json.dump(vectors, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
