"""sr25519 in Python, written from the descriptions of STROBE, Merlin and schnorrkel: what another party makes
of our signatures, and one to sign what our own tools do not. Group arithmetic is libsodium's.
"""

import ctypes
import ctypes.util
import hashlib
import os
import struct

SODIUM = ctypes.CDLL(ctypes.util.find_library("sodium"))
RATE = 166
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ROTATIONS = [[0, 36, 3, 41, 18], [1, 44, 10, 45, 2], [62, 6, 43, 15, 61], [28, 55, 25, 21, 56],
             [27, 20, 39, 8, 14]]
META, ASSOCIATED, INBOUND, CIPHER, KEYED = 16, 2, 1, 4, 32


def rotate(word, count):
    """Left, in 64 bits."""
    return (word << count | word >> (64 - count)) & 0xFFFFFFFFFFFFFFFF if count else word


def keccak(state):
    """Keccak-f[1600] in place."""
    lanes = [list(struct.unpack_from("<5Q", state, 40 * y)) for y in range(5)]
    shift = 1
    for _ in range(24):
        parity = [lanes[0][x] ^ lanes[1][x] ^ lanes[2][x] ^ lanes[3][x] ^ lanes[4][x] for x in range(5)]
        for x in range(5):
            flip = parity[x - 1] ^ rotate(parity[(x + 1) % 5], 1)
            for y in range(5):
                lanes[y][x] ^= flip
        moved = [[0] * 5 for _ in range(5)]
        for x in range(5):
            for y in range(5):
                moved[(2 * x + 3 * y) % 5][y] = rotate(lanes[y][x], ROTATIONS[x][y])
        for y in range(5):
            for x in range(5):
                lanes[y][x] = moved[y][x] ^ (~moved[y][(x + 1) % 5] & moved[y][(x + 2) % 5])
        for j in range(7):
            if shift & 1:
                lanes[0][0] ^= 1 << ((1 << j) - 1)
            shift = shift << 1 ^ (0x171 if shift & 0x80 else 0)
    for y in range(5):
        struct.pack_into("<5Q", state, 40 * y, *lanes[y])


class Transcript:
    """A Merlin transcript."""

    def __init__(self, label):
        self.state = bytearray(200)
        self.state[:18] = bytes([1, RATE + 2, 1, 0, 1, 96]) + b"STROBEv1.0.2"
        keccak(self.state)
        self.at = self.begin = 0
        self._operate(META | ASSOCIATED)
        self._absorb(b"Merlin v1.0")
        self.append(b"dom-sep", label)

    def _permute(self):
        self.state[self.at] ^= self.begin
        self.state[self.at + 1] ^= 4
        self.state[RATE + 1] ^= 0x80
        keccak(self.state)
        self.at = self.begin = 0

    def _absorb(self, data):
        for byte in data:
            self.state[self.at] ^= byte
            self.at += 1
            if self.at == RATE:
                self._permute()

    def _operate(self, flags):
        before, self.begin = self.begin, self.at + 1
        self._absorb([before, flags])
        if flags & (CIPHER | KEYED) and self.at:
            self._permute()

    def _label(self, label, size):
        self._operate(META | ASSOCIATED)
        self._absorb(label + struct.pack("<I", size))

    def append(self, label, message):
        """A message under a label."""
        self._label(label, len(message))
        self._operate(ASSOCIATED)
        self._absorb(message)

    def challenge(self, label, size):
        """Bytes that depend on all before."""
        self._label(label, size)
        self._operate(INBOUND | ASSOCIATED | CIPHER)
        out = bytearray()
        for _ in range(size):
            out.append(self.state[self.at])
            self.state[self.at] = 0
            self.at += 1
            if self.at == RATE:
                self._permute()
        return bytes(out)


def public_key(address):
    """The key of an SS58 address."""
    number = 0
    for letter in address:
        number = number * 58 + ALPHABET.index(letter)
    return number.to_bytes(35, "big")[1:33]


def challenge_of(message, key, nonce):
    """The scalar that binds key, message and the signer's commitment."""
    transcript = Transcript(b"SigningContext")
    transcript.append(b"", b"substrate")
    transcript.append(b"sign-bytes", message)
    transcript.append(b"proto-name", b"Schnorr-sig")
    transcript.append(b"sign:pk", key)
    transcript.append(b"sign:R", nonce)
    challenge = ctypes.create_string_buffer(32)
    SODIUM.crypto_core_ristretto255_scalar_reduce(challenge, transcript.challenge(b"sign:c", 64))
    return challenge


def verify(signature, message, address):
    """Whether the signature is the address's, in the context "substrate"."""
    if len(signature) != 64 or not signature[63] & 0x80:
        return False
    key, nonce, scalar = public_key(address), signature[:32], signature[32:63] + bytes([signature[63] & 0x7F])
    left, right = (ctypes.create_string_buffer(32) for _ in range(2))
    if SODIUM.crypto_scalarmult_ristretto255_base(left, scalar) \
            or SODIUM.crypto_scalarmult_ristretto255(right, challenge_of(message, key, nonce), key) \
            or SODIUM.crypto_core_ristretto255_sub(left, left, right):
        return False
    return left.raw == nonce


def secret_of(seed):
    """The secret scalar of a mini secret key (32 bytes)."""
    clamped = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return (clamped >> 3).to_bytes(32, "little")


def key_of(seed):
    """The public key of a mini secret key."""
    key = ctypes.create_string_buffer(32)
    SODIUM.crypto_scalarmult_ristretto255_base(key, secret_of(seed))
    return key.raw


def sign(message, seed):
    """A signature by a mini secret key."""
    nonce, witness, answer = (ctypes.create_string_buffer(32) for _ in range(3))
    SODIUM.crypto_core_ristretto255_scalar_reduce(witness, os.urandom(64))
    SODIUM.crypto_scalarmult_ristretto255_base(nonce, witness.raw)
    SODIUM.crypto_core_ristretto255_scalar_mul(answer, challenge_of(message, key_of(seed), nonce.raw),
                                               secret_of(seed))
    SODIUM.crypto_core_ristretto255_scalar_add(answer, answer, witness.raw)
    return nonce.raw + answer.raw[:31] + bytes([answer.raw[31] | 0x80])
