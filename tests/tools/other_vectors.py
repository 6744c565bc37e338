"""Makes a second set of test vectors, with secrets, keys, names and times drawn anew: the tests over
vectors must take all they need from the files. Called by tools.suite, which runs those tests over
it; by hand it writes a set to look at:

    PYTHONPATH=tests python3 -m tools.other_vectors DIRECTORY

The shapes are those of tests/vectors. Nothing here is made with the C code.
"""

import base64
import hashlib
import hmac
import json
import os
import random
import secrets
import sys
import uuid

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from harness import sr25519
from tools import make_matmul_vectors

ORDER = 2 ** 252 + 27742317777372353535851937790883648493


def url64(data):
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value):
    """JSON as PyJWT writes it."""
    return json.dumps(value, separators=(",", ":")).encode()


def make_token(key, claims, header=None, digest="sha256"):
    """A JWT signed with HMAC."""
    text = url64(compact(header or {"alg": "HS256", "typ": "JWT"})) + "." + url64(compact(claims))
    return text + "." + url64(hmac.digest(key, text.encode(), digest))


def launch_jwt():
    """Launch tokens, good and bad."""
    secret = secrets.token_hex(20)
    digest = hashlib.sha256(secret.encode())
    key = digest.hexdigest().encode()
    now = random.randrange(1_800_000_000, 1_900_000_000)
    config_id = str(uuid.uuid4())
    claims = {"exp": now + 7200, "sub": config_id, "iat": now,
              "url": f"https://{secrets.token_hex(4)}.example/instances/{config_id}",
              "env_key": secrets.token_hex(16), "iss": "chutes"}
    good = make_token(key, claims)
    head, _, signature = good.rpartition(".")

    def without(name):
        return make_token(key, {key: value for key, value in claims.items() if key != name})

    def having(**changes):
        return make_token(key, {**claims, **changes})

    cases = [
        ("valid", good, now, True),
        ("of a job", having(job_id=secrets.token_hex(8), disk_gb=random.randrange(1, 900)), now, True),
        ("of a job without a disk", having(job_id="\"quoted\" \\ /"), now, True),
        ("in its last second", good, now + 7199, True),
        ("at its end", good, now + 7200, False),
        ("issued later", having(iat=now + 60), now, False),
        ("another issuer", having(iss="chute"), now, False),
        ("another sub", having(sub=str(uuid.uuid4())), now, False),
        ("sub a number", having(sub=7), now, False),
        ("exp as text", having(exp=str(now + 7200)), now, "either"),
        ("begins later", having(nbf=now + 600), now, False),
        ("alg none", make_token(key, claims, {"alg": "none", "typ": "JWT"}), now, False),
        ("alg none, unsigned", url64(compact({"alg": "none"})) + "." + url64(compact(claims)) + ".",
         now, False),
        ("HS384", make_token(key, claims, {"alg": "HS384", "typ": "JWT"}, "sha384"), now, False),
        ("crit", make_token(key, claims, {"alg": "HS256", "crit": ["x"], "x": 1}), now, False),
        ("the secret itself as key", make_token(secret.encode(), claims), now, False),
        ("the digest's bytes as key", make_token(digest.digest(), claims), now, False),
        ("claims exchanged", good.replace(good.split(".")[1], url64(compact({**claims, "exp": now + 9999}))),
         now, False),
        ("signature cut", good[:-3], now, False),
        ("signature of zeros", head + "." + url64(bytes(32)), now, False),
        ("padded", good + "=", now, "either"),
        ("two parts", head, now, False),
        ("four parts", good + "." + signature, now, False),
        ("claims a list", make_token(key, [1]), now, False),
        ("empty", "", now, False),
    ] + [(f"without {name}", without(name), now, False) for name in ("exp", "iat", "sub", "iss")]
    random.shuffle(cases)
    return {"secret": secret, "key": key.decode(),
            "vectors": [{"note": note, "token": token, "now": when, "config_id": config_id, "valid": valid}
                        for note, token, when, valid in cases]}


def ip_token():
    """Answers of token_check."""
    salt = secrets.token_urlsafe(18)
    vectors = []
    for address in ("192.0.2.77", "203.0.113.8", "2001:db8::5"):
        for given in (None, "", secrets.token_hex(9), "é ☃", "a+b&c=d"):
            name = f"{address}:{salt}" + (f":{given}" if given else "")
            vectors.append({"ip": address, "salt_param": given,
                            "token": str(uuid.uuid5(uuid.NAMESPACE_OID, name))})
    return {"ip_check_salt": salt, "vectors": vectors}


def encrypt(key, vector, text):
    """AES-CBC with PKCS#7 padding."""
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    return encryptor.update(padder.update(text) + padder.finalize()) + encryptor.finalize()


def aes_cbc():
    """Ciphertexts of AES-128, and what is none."""
    vectors = []
    for length in (0, 1, 15, 16, 17, 63, 400):
        key, iv, text = os.urandom(16), os.urandom(16), secrets.token_hex(length)[:length]
        vectors.append({"key": key.hex(), "iv": iv.hex(),
                        "ciphertext": base64.b64encode(encrypt(key, iv, text.encode())).decode(),
                        "plaintext": text, "valid": True})
    broken = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    for note, ciphertext, vector in (
            ("padding of 17", base64.b64encode(broken.update(bytes([17]) * 32) + broken.finalize()).decode(),
             iv.hex()),
            ("half a block", base64.b64encode(bytes(8)).decode(), iv.hex()), ("empty", "", iv.hex()),
            ("short iv", vectors[-1]["ciphertext"], iv.hex()[2:]), ("no base64", "*", iv.hex())):
        vectors.append({"note": note, "key": key.hex(), "iv": vector, "ciphertext": ciphertext,
                        "plaintext": None, "valid": False})
    random.shuffle(vectors)
    return {"vectors": vectors}


def old_env_dump():
    """Dumps of a pod's environment."""
    master, salt, vectors = secrets.token_hex(32), secrets.token_hex(16), []
    for content in ({"content": secrets.token_hex(30)}, {"all_processes": [{"pid": 1, "cmdline": "ü"}]}, {}):
        env_key, iv, text = secrets.token_hex(16), os.urandom(16), json.dumps(content)
        key = hashlib.pbkdf2_hmac("sha256", bytes.fromhex(master + env_key), bytes.fromhex(salt), 100_000, 32)
        vectors.append({"env_key": env_key, "plaintext": text,
                        "dump": base64.b64encode(iv + encrypt(key, iv, text.encode())).decode()})
    return {"master_key": master, "salt": salt, "vectors": vectors}


def ss58_address(prefix, key):
    """An address of SS58 (prefixes of one or two bytes)."""
    data = bytes([prefix]) \
        if prefix < 64 else bytes([(prefix & 0xFC) >> 2 | 0x40, prefix >> 8 | (prefix & 3) << 6])
    data += key
    data += hashlib.blake2b(b"SS58PRE" + data).digest()[:2]
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = sr25519.ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def ss58():
    """Addresses, good and bad."""
    good = [{"prefix": prefix, "public_key": key.hex(), "ss58": ss58_address(prefix, key)}
            for prefix in (42, 42, 0, 1, 63, 64, 300, 16383) for key in [os.urandom(32)]]
    address = good[0]["ss58"]
    return {"good": good, "bad": [
        {"why": why, "ss58": text} for why, text in (
            ("cut", address[:-1]), ("longer", address + "1"),
            ("another letter", address[:20] + ("2" if address[20] != "2" else "3") + address[21:]),
            ("no letter of base 58", address[:9] + "O" + address[10:]), ("empty", ""),
            ("31 bytes", ss58_address(42, os.urandom(31))), ("33 bytes", ss58_address(42, os.urandom(33))))]}


def signatures():
    """sr25519 signatures, and what is none."""
    vectors = []
    for length in (0, 1, 33, 165, 166, 167, 700):
        seed, message = os.urandom(32), os.urandom(length)
        key, signature = sr25519.key_of(seed), sr25519.sign(message, seed)
        scalar = int.from_bytes(signature[32:63] + bytes([signature[63] & 0x7F]), "little")
        unreduced = (scalar + ORDER).to_bytes(32, "little")
        cases = (
            ("good", key, message, signature, True),
            ("another message", key, message + b".", signature, False),
            ("another key", sr25519.key_of(os.urandom(32)), message, signature, False),
            ("not marked", key, message, signature[:63] + bytes([signature[63] & 0x7F]), False),
            ("not reduced", key, message,
             signature[:32] + unreduced[:31] + bytes([unreduced[31] | 0x80]), False),
            ("identity", bytes(32), message, bytes(63) + b"\x80", False),
            ("wrapped", key, message, sr25519.sign(b"<Bytes>" + message + b"</Bytes>", seed), "either"),
        )
        vectors += [{"note": note, "public_key": a.hex(), "message": b.hex(), "signature": c.hex(),
                     "valid": valid}
                    for note, a, b, c, valid in cases]
    random.shuffle(vectors)
    return {"vectors": vectors}


def hotkey_requests():
    """Signed requests of a miner."""
    seed, now, vectors = os.urandom(32), random.randrange(1_800_000_000, 1_900_000_000), []
    hotkey = ss58_address(42, sr25519.key_of(seed))
    body = json.dumps({"active": True, "text": secrets.token_hex(8)})
    digest = hashlib.sha256(body.encode()).hexdigest()
    for note, method, sent, nonce, tail, ok in (
            ("a token", "GET", None, now, "launch", True),
            ("a deletion", "DELETE", None, now, "instances", True),
            ("a body", "PATCH", body, now, digest, True),
            ("another body", "POST", body + " ", now, digest, False),
            ("early", "GET", None, now - 599, "launch", True),
            ("too early", "GET", None, now - 600, "launch", False),
            ("late", "GET", None, now + 599, "launch", True),
            ("too late", "GET", None, now + 600, "launch", False),
            ("another purpose", "GET", None, now, "instances", False),
            ("no digits", "GET", None, f"{now}.0", "launch", False)):
        vectors.append({
            "note": note, "now": now, "method": method, "path": "/instances/", "body": sent, "ok": ok,
            "headers": {"X-Chutes-Hotkey": hotkey, "X-Chutes-Nonce": str(nonce),
                        "X-Chutes-Signature": sr25519.sign(f"{hotkey}:{nonce}:{tail}".encode(), seed).hex()}})
    for name in ("X-Chutes-Nonce", "X-Chutes-Signature"):
        headers = {key: value for key, value in vectors[0]["headers"].items() if key != name}
        vectors.append({**vectors[0], "note": f"no {name}", "headers": headers, "ok": False})
    random.shuffle(vectors)
    return {"vectors": vectors}


def matmul():
    """A whole product and single rows of others."""
    gpu, seed = str(uuid.uuid4()), random.randrange(2 ** 63)
    return {"products": [make_matmul_vectors.whole(gpu, seed, 256, 1, random.randrange(256))],
            "rows": [make_matmul_vectors.single(gpu, seed, 512, 1, [random.randrange(512)])]}


SETS = {"launch_jwt": launch_jwt, "ip_token": ip_token, "aes_cbc": aes_cbc, "old_env_dump": old_env_dump,
        "ss58": ss58,
        "sr25519": signatures, "hotkey_requests": hotkey_requests, "matmul": matmul}


def make(directory):
    """Writes a whole set."""
    for name, vectors in SETS.items():
        with open(os.path.join(directory, f"{name}.json"), "w", encoding="utf-8") as file:
            json.dump({"about": "Made for one run.", **vectors()}, file, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    make(sys.argv[1])
