"""A small HTTPS client and the life of an instance in calls, for the tests."""

import base64
import http.client
import json
import ssl
import urllib.parse

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .contract import Contract
from .matmul import Prover
from .processes import HANG_S


class Answer:
    """What came back."""

    def __init__(self, response, text):
        self.status = response.status
        self.headers = response.headers
        self.text = text

    @property
    def json(self):
        """The body as JSON."""
        return json.loads(self.text)

    @property
    def detail(self):
        """The `detail` of an error."""
        return self.json["detail"]

    def __repr__(self):
        return f"<{self.status} {self.text}>"


class Api:
    """Requests through nginx, or through another web server. Paths are those of the wire contract."""

    def __init__(self, stack, server=None):
        self.stack = stack
        server = server or stack.nginx
        self.port = server.port
        self.context = ssl.create_default_context(cafile=server.certificate)
        self.contract = None

    def request(self, method, path, body=None, headers=(), source=None, sent=None):
        """One request on a connection of its own. headers: a dict, or pairs where one stands twice.
        sent: a body whose type and length are among the headers, or are not said."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=HANG_S, context=self.context,
                                                 source_address=source)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        try:
            connection.putrequest(method, path)
            for name, value in headers.items() if isinstance(headers, dict) else headers:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Type", "application/json")
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body if sent is None else sent)
            response = connection.getresponse()
            answer = Answer(response, response.read().decode())
        finally:
            connection.close()
        self._hold_to_contract(method, path, answer)
        return answer

    def _hold_to_contract(self, method, path, answer):
        """What is answered is what is documented."""
        if not path.startswith("/instances/"):
            return
        if self.contract is None:
            document = self.request("GET", "/openapi.json")
            is_ours = document.status == 200 and "openapi" in document.json
            self.contract = Contract(document.json) if is_ours else None
        if self.contract is not None:
            self.contract.check(method, path, answer.status, answer.text)

    def signed(self, miner, method, path, body=None):
        """A request signed by the miner's hotkey."""
        raw = json.dumps(body).encode() if body is not None else b""
        return self.request(method, path, raw or None, self.stack.network.sign(miner, method, path, raw))

    def token(self, miner, chute, job=None):
        """GET launch_config."""
        query = {"chute_id": chute, **({"job_id": job} if job else {})}
        return self.signed(miner, "GET", "/instances/launch_config?" + urllib.parse.urlencode(query))

    def launch(self, miner, chute, **options):
        """A Launch whose token is there."""
        answer = self.token(miner, chute)
        assert answer.status == 200, answer
        return Launch(self, answer.json, **options)

    def hot(self, miner, chute, gpus=None):
        """A Launch whose instance takes traffic."""
        launch = self.launch(miner, chute)
        assert launch.claim(gpus or miner.gpus[:1]).status == 200
        verified = launch.verify()
        assert verified.status == 200, verified
        launch.instance_id = verified.json["instance_id"]
        assert launch.activate().status == 200
        return launch

    def delete(self, miner, chute, instance):
        """DELETE of an instance."""
        return self.signed(miner, "DELETE", f"/instances/{chute}/{instance}")


class Launch:
    """The pod's side of one launch config."""

    def __init__(self, api, issued):
        self.api = api
        self.config_id = issued["config_id"]
        self.token = issued["token"]
        self.path = f"/instances/launch_config/{self.config_id}"
        self.challenge = None
        self.instance_id = None
        self.key = None
        self.work = None

    def headers(self):
        """The token as the SDK sends it: bare."""
        return {"Authorization": self.token}

    def claim_body(self, gpus, port=None, **changes):
        """What a pod sends; gpus are (uuid, host) pairs."""
        body = {
            "gpus": [{"uuid": uuid, "name": "GPU"} for uuid, _ in gpus],
            "host": gpus[0][1],
            "port_mappings": [{"internal_port": 8000, "external_port": port or 20000,
                               "proto": "tcp", "default": True},
                              {"internal_port": 8001, "external_port": (port or 20000) + 1, "proto": "tcp"}],
            "env": "ZW52",
            "code": "Y29kZQ==",
            "fsv": None,
        }
        body.update(changes)
        return body

    def claim(self, gpus, **changes):
        """POST; keeps the challenge."""
        answer = self.api.request("POST", self.path, self.claim_body(gpus, **changes), self.headers())
        if answer.status == 200:
            self.challenge = answer.json
        return answer

    def solve(self):
        """The proof of work: finds the key."""
        self.work = Prover(self.challenge)
        self.key = bytes.fromhex(self.work.open(self.challenge["symmetric_key"]["ciphertext"]).decode())

    def answer_body(self, plaintext=None, product=None):
        """What an honest pod sends to verify; a cheating one changes the plaintext or the work product."""
        padder = padding.PKCS7(128).padder()
        text = plaintext or self.challenge["symmetric_key"]["response_plaintext"]
        cipher = Cipher(algorithms.AES(self.key), modes.CBC(bytes(16))).encryptor()
        sealed = cipher.update(padder.update(text.encode()) + padder.finalize()) + cipher.finalize()
        return {
            "response": base64.b64encode(sealed).decode(),
            "iv": bytes(16).hex(),
            "proof": {self.challenge["symmetric_key"]["uuid"]: {"work_product": product
                                                                or self.work.product()}},
        }

    def verify(self, body=None):
        """PUT; solves first where nothing else is sent."""
        if body is None:
            if self.key is None:
                self.solve()
            body = self.answer_body()
        return self.api.request("PUT", self.path, body, self.headers())

    def activate(self):
        """GET activate."""
        return self.api.request("GET", self.path + "/activate", headers=self.headers())
