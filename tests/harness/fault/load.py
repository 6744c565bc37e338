"""A load of whole lives through nginx: token, claim, proof, verification, activation, deletion; and instances
of old SDKs, announced and deleted. Every answer is recorded; what is not explained is a complaint at once.

A client of the load does as real ones are told to: after a 503, or where no answer came, it asks again.
"""

import http.client
import threading
import time
import traceback

from ..client import Api, Launch
from .record import Life, Record, code_of

GPUS_AT_FIRST, GPUS_A_SECOND = 50, 6  # of a client; a life needs a new one
SIGNED_AT_ONCE, SIGNATURE_AGE_S = 200, 200
PATIENCE_S = 60  # how long a life goes on asking once nothing is broken any more

# What may be answered after a request of the same kind whose outcome its client does not know.
AFTER_UNKNOWN = {
    "token": set(),
    "claim": {"config_unclaimable"},
    "verify": {"config_verified"},
    "activate": set(),
    "delete": {"instance_not_found"},
    "create": {"host_port_taken", "gpu_in_use", "gpu_taken"},
}
# What a request that was done is answered when it is sent once more.
REPEATED = {"claim": "config_unclaimable", "verify": "config_verified", "delete": "instance_not_found"}
# What a launch is told whose time ran out.
EXPIRED = {
    "claim": {"config_unclaimable", "bad_token"},
    "verify": {"time_limit_over", "config_failed", "instance_gone", "config_not_claimed", "bad_token"},
    "activate": {"config_failed", "config_not_verified", "instance_gone", "bad_token"},
    "delete": {"instance_not_found"},
}


class Signatures:
    """A miner's signatures for one kind of request, made in advance."""

    def __init__(self, network, miner, method, path):
        self.network, self.miner, self.method, self.path = network, miner, method, path
        self.made, self.at = [], 0.0

    def take(self):
        """One that was not used."""
        if not self.made or time.monotonic() - self.at > SIGNATURE_AGE_S:
            self.made = self.network.sign(self.miner, self.method, self.path, count=SIGNED_AT_ONCE)
            self.at = time.monotonic()
        return self.made.pop()


class Client:
    """One thread of the load: a miner with many GPUs on one host."""

    def __init__(self, load, number):
        self.load, self.chance = load, load.chance(f"client {number}")
        network = load.site.network
        self.miner = network.miner(gpus=1)
        self.host = self.miner.gpus[0][1]
        self.gpus = more_gpus(load.site.postgres, self.miner, load.gpus)
        self.port = 1024
        self.tokens = Signatures(network, self.miner, "GET", "/instances/launch_config")
        self.deletions = Signatures(network, self.miner, "DELETE", "/instances/a/b")

    def run(self):
        """Lives, until the load stops."""
        while not self.load.stopping.is_set() and self.gpus:
            try:
                self.live()
            except Exception:  # whatever it is, the load has to say so
                self.load.record.complain(traceback.format_exc())

    def live(self):
        """One life, which may end at any step."""
        load = self.load
        self.port += 2
        life = Life(self.miner.hotkey, self.chance.choice(load.chutes), self.gpus.pop(), self.host, self.port,
                    old=self.chance.random() < 0.1)
        load.record.add(life)
        last = self.chance.choice(["claim", "verify", "activate", "delete", "delete", "delete"])
        if life.old:
            life.chute = load.old_chute
            self.announce(life)
        else:
            self.launch(life, last)
        if last == "delete" and life.instance:
            path = f"/instances/{life.chute}/{life.instance}"
            self.ask(life, "delete",
                     lambda: load.api.request("DELETE", path, headers=self.deletions.take()))

    def launch(self, life, last):
        """From the token to the activation, or as far as it comes."""
        path = f"/instances/launch_config?chute_id={life.chute}"
        issued = self.ask(life, "token",
                          lambda: self.load.api.request("GET", path, headers=self.tokens.take()))
        if issued is None:
            return
        life.config = issued.json["config_id"]
        launch = Launch(self.load.api, issued.json)
        if self.ask(life, "claim", lambda: launch.claim([(life.gpu, life.host)], port=life.port)) is None:
            return
        launch.solve()
        life.key = launch.key.hex()
        if last == "claim":
            return
        verified = self.ask(life, "verify", launch.verify)
        if verified is None:
            return
        if verified.status == 200:
            life.instance = verified.json["instance_id"]
        if last != "verify":
            self.ask(life, "activate", launch.activate)

    def announce(self, life):
        """An instance of an old SDK."""
        path = f"/instances/{life.chute}/"
        body = {"node_ids": [life.gpu], "host": life.host, "port": life.port}
        answer = self.ask(life, "create", lambda: self.load.api.signed(self.miner, "POST", path, body))
        if answer is not None and answer.status == 202:
            life.instance = answer.json["instance_id"]

    def ask(self, life, step, send):
        """Asks until it is answered. Returns the answer where the life can go on, else None."""
        while True:
            life.asked.add(step)
            answer = self.send(life, step, send)
            if answer is not None and 200 <= answer.status < 300:
                life.told.add(step)
                if self.chance.random() < 0.05:
                    self.repeat(life, step, send)
                return answer
            if answer is not None and answer.status != 503 and not self.is_busy(life, step, answer):
                return self.refused(life, step, answer)
            self.unknown(life, step)
            if self.load.is_over():
                self.load.record.complain(f"{step} of {life} was not answered after the end")
                return None
            time.sleep(self.chance.uniform(0.02, 0.1))

    @staticmethod
    def is_busy(life, step, answer):
        """Whether it is an earlier attempt of the same pod that stands in the way."""
        return step == "verify" and answer.status == 409 and step in life.open

    def unknown(self, life, step):
        """A request may have had its effect or not."""
        life.open.add(step)
        if step == "token":
            with self.load.record.lock:
                self.load.record.tokens_unknown += 1

    def send(self, life, step, send):
        """One request. None: no answer came."""
        time.sleep(self.load.pace_s)
        try:
            answer = send()
        except (OSError, http.client.HTTPException) as error:
            self.load.record.count(None)
            if not self.load.may_lose:
                self.load.record.complain(f"{step}: no answer: {error!r}")
            return None
        code = None if answer.status < 300 else code_of(answer.json.get("detail"))
        self.load.record.count(answer.status, code)
        if answer.status == 503 and self.load.loses_none:
            self.load.record.complain(f"{step} was 503: {code}")
        if not (200 <= answer.status < 300 or 400 <= answer.status < 500 or answer.status == 503):
            self.load.record.complain(f"{step} of {life} was {answer}")
        return answer

    def refused(self, life, step, answer):
        """Whether a refusal is explained by what the life has met. The answer where it says that the step is
        done all the same, and the life knows enough to go on."""
        code = code_of(answer.json.get("detail"))
        if step in life.open and code in AFTER_UNKNOWN[step]:
            if code in ("config_verified", "instance_not_found"):
                life.told.add(step)
            return answer if code == "config_verified" else None
        if self.load.time_goes and code in EXPIRED.get(step, ()):
            life.expired = True
            return None
        if code not in self.load.may and 400 <= answer.status < 500:
            self.load.record.complain(f"{step} of {life} was refused: {code}")
        return None

    def repeat(self, life, step, send):
        """What was done is sent once more: it is the same again, or the refusal that says so."""
        if step in ("token", "create"):
            return
        answer = self.send(life, step, send)
        if answer is None or answer.status == 503:
            return
        code = None if answer.status < 300 else code_of(answer.json.get("detail"))
        wanted = REPEATED.get(step)
        if code != wanted and code not in self.load.may and not self.load.time_goes:
            self.load.record.complain(f"{step} of {life}, done, was {code} when it was sent once more")


class Load:
    """All clients, and a probe that says whether there are tokens."""

    def __init__(self, site, fault, chance, threads, seconds, pace_s=0.0):
        """chance: gives a source for a name; seconds: how long it may last, about; pace_s: the pause of a
        client before each request."""
        self.site, self.chance, self.pace_s = site, chance, pace_s
        self.may, self.time_goes, self.loses_none = fault.may, fault.time_goes, fault.loses_none
        self.gpus = int(GPUS_AT_FIRST + GPUS_A_SECOND * seconds)
        self.record = Record()
        self.api = Api(site)
        self.stopping, self.stopped_at = threading.Event(), None
        # No challenge runs out of time by itself, however slow the machine is, and it is soon solved.
        site.postgres.execute("update rigger.gpu_models set estimate_seconds = 1000, iterations = 1")
        self.chutes = [site.network.chute(target=1000000) for _ in range(4)]
        self.old_chute = site.network.chute(target=1000000, chutes_version="0.2.20")
        self.clients = [Client(self, number) for number in range(threads)]
        self.probes = Signatures(site.network, site.network.miner(), "GET", "/instances/launch_config")
        self.probed, self.probed_in_vain = [], 0
        self.api.request("GET", "/instances/token_check")  # the document that answers are held to is there
        self.threads = [threading.Thread(target=client.run, daemon=True) for client in self.clients]

    def start(self):
        """The clients begin."""
        for thread in self.threads:
            thread.start()

    def finish(self):
        """Every life that has begun comes to its end."""
        self.stopped_at = time.monotonic()
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def is_over(self):
        """Whether nobody should have to ask any more."""
        return self.stopped_at is not None and time.monotonic() > self.stopped_at + PATIENCE_S

    def token(self):
        """Whether there is a token now."""
        path = f"/instances/launch_config?chute_id={self.chutes[-1]}"
        try:
            answer = self.api.request("GET", path, headers=self.probes.take())
        except (OSError, http.client.HTTPException):
            answer = None
        self.record.count(answer and answer.status,
                          code_of(answer.json.get("detail")) if answer and answer.status != 200 else None)
        if answer is not None and answer.status == 200:
            self.probed.append(answer.json["config_id"])
            return True
        self.probed_in_vain += 1
        return False


def more_gpus(postgres, miner, count):
    """Uuids of that many more GPUs, like the miner's first."""
    rows = postgres.execute("""
        insert into public.nodes
        select (jsonb_populate_record(n, jsonb_build_object(
                 'uuid', replace(gen_random_uuid()::text, '-', ''), 'device_index', i))).*
        from public.nodes n cross join generate_series(1, %s) i where n.uuid = %s
        returning uuid""", (count, miner.gpus[0][0]))
    return [row["uuid"] for row in rows]
