"""A pod whose GPU works for GraVal."""

import base64

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .graval_stub import key_of, proof_of, work_product


def solve(launch):
    """The GPU's work: finds the key; returns its entry in the proof."""
    sealed = base64.b64decode(launch.challenge["symmetric_key"]["ciphertext"])
    seed = launch.challenge["seed"]
    decryptor = Cipher(algorithms.AES(key_of(seed)), modes.CBC(sealed[:16])).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    plain = unpadder.update(decryptor.update(sealed[16:]) + decryptor.finalize()) + unpadder.finalize()
    launch.key = bytes.fromhex(plain.decode())
    return work_product(seed, launch.challenge["iterations"])


def answered(launch, product):
    """What a pod of GraVal sends: all that the package tells of the device, not its work product alone."""
    body = launch.answer_body(product="-")
    uuid = launch.challenge["symmetric_key"]["uuid"]
    return {**body, "proof": {uuid: proof_of(uuid, product)}}
