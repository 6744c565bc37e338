"""rigger-matmul-v1 on numpy: the prover's side, written from the description and independent of the C one."""

import base64
import hashlib
import struct

import numpy
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def blake(data, size=32):
    """BLAKE2b of that many bytes."""
    return hashlib.blake2b(data, digest_size=size).digest()


class Prover:
    """Solves the challenge of a claim's answer."""

    def __init__(self, challenge):
        n = challenge["povw"]["n"]
        uuid = challenge["symmetric_key"]["uuid"].encode()
        tag = bytes.fromhex(challenge["povw"]["tag"])
        product = None
        for index in range(challenge["iterations"] + 1):
            key = blake(b"rigger-matmul-v1" + struct.pack("<Q", challenge["seed"]) + uuid
                        + struct.pack("<II", n, index))
            stream = Cipher(algorithms.ChaCha20(key, bytes(16)), None).encryptor().update(bytes(4 * n * n))
            matrix = numpy.frombuffer(stream, dtype="<u4").reshape(n, n)
            product = matrix if product is None else product @ matrix  # uint32: modulo 2^32
        self.digests = [blake(product[row].tobytes() + struct.pack("<I", row)) for row in range(n)]
        self.row = next(row for row, digest in enumerate(self.digests) if blake(b"tag" + digest, 8) == tag)

    def open(self, ciphertext):
        """The instance's key, as hex digits."""
        sealed = base64.b64decode(ciphertext)
        key = blake(b"key" + self.digests[self.row])
        decryptor = Cipher(algorithms.AES(key), modes.CBC(sealed[:16])).decryptor()
        unpadder = padding.PKCS7(128).unpadder()
        plain = decryptor.update(sealed[16:]) + decryptor.finalize()
        return unpadder.update(plain) + unpadder.finalize()

    def product(self):
        """The work product."""
        return base64.b64encode(b"".join(digest[:8] for digest in self.digests)).decode()
