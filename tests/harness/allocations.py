"""Requests whose n-th allocation fails: a responder under tests/harness/failing_malloc.c, and each endpoint
as something that can be asked again and again. Used by tools/allocations.py and http/test_allocations.py."""

import json
import mmap
import os
import struct
import tempfile

from .announce import announce
from .client import Api
from .jobs import JOBS, job_of
from .processes import wait_for
from .stack import BUILD, Stack

LIBRARY = os.path.join(BUILD, "failing_malloc.so")
FOR_GOOD = 1 << 62
GATEWAY = "Service temporarily unavailable, try again"


class Control:
    """The file that the library maps; its fields are those of struct control."""

    FIELDS = ["armed", "first", "last", "served", "state", "count", "failed"]

    def __init__(self):
        self.file = tempfile.NamedTemporaryFile(prefix="rigger-allocations-")
        self.file.truncate(mmap.PAGESIZE)
        self.memory = mmap.mmap(self.file.fileno(), mmap.PAGESIZE)

    def __getitem__(self, field):
        return struct.unpack_from("<q", self.memory, 8 * self.FIELDS.index(field))[0]

    def __setitem__(self, field, value):
        struct.pack_into("<q", self.memory, 8 * self.FIELDS.index(field), value)

    def run(self, first, last, send):
        """What send() returns, with those allocations failing, once the process that served it is gone."""
        wanted = {"first": first, "last": last, "served": 0, "count": 0, "failed": 0}
        for field, value in wanted.items():
            self[field] = value
        self["armed"] = 1
        try:
            return send()
        finally:
            wait_for(lambda: self["served"] > 0, "the end of the process that served")
            self["armed"] = 0


def start():
    """A stack with one worker in each pool, under the library; `control` steers it."""
    control = Control()

    def change(settings):
        settings["server"].update(fast_workers=1, slow_workers=1, confine="false")    # a worker forks here
        settings["database"]["activation_retry_ms"] = 100    # each try fails

    stack = Stack(change)
    environment = {**stack.responder.environment(), "LD_PRELOAD": LIBRARY,
                   "FAILING_MALLOC": control.file.name}
    os.chmod(control.file.name, 0o666)
    stack.responder.environment = lambda: environment
    stack.control = control
    return stack


def shape(value):
    """What stays the same in all good answers: keys and types."""
    if isinstance(value, dict):
        return {key: shape(member) for key, member in value.items()}
    if isinstance(value, list):
        return [shape(member) for member in value[:1]]
    return type(value).__name__


class Subject:
    """An endpoint, and what is there to ask it for. `renew` makes a new thing to ask for, `ask` asks."""

    def __init__(self, name, status, renew, ask, whole=shape):
        self.name, self.status, self.renew, self.ask = name, status, renew, ask
        self.whole = whole    # of a good answer: what it must be like
        self.thing = None
        self.fresh = False

    def send(self):
        """One request."""
        return self.ask(self.thing)

    def begin(self):
        """Another thing, for which nobody has asked."""
        self.thing, self.fresh = self.renew(), True


class Sweep:
    """Fails allocations of one endpoint, and judges what comes of it."""

    def __init__(self, stack, subject):
        self.stack, self.subject = stack, subject
        self.control = stack.control
        self.endings = {}
        subject.begin()
        assert subject.send().status == subject.status    # what a process makes once is made
        for _ in range(2):    # the first one may find its worker connected to the database
            subject.begin()
            answer = self.control.run(0, 0, subject.send)
            assert answer.status == subject.status, (subject.name, answer)
        self.allocations = self.control["count"]
        self.good = subject.whole(self.content(answer))
        subject.begin()

    @staticmethod
    def content(answer):
        """The body, as JSON where it says so."""
        is_json = answer.headers["Content-Type"].startswith("application/json")
        return json.loads(answer.text) if is_json else answer.text

    def judge(self, answer):
        """What kind of answer it is; one that must not be fails."""
        if answer.status == self.subject.status:
            assert self.subject.whole(self.content(answer)) == self.good, answer
            return "good"
        if 400 <= answer.status < 500:
            return "refused"
        assert answer.status in (500, 503), answer
        assert set(answer.json) == {"detail"}, answer
        assert answer.headers["X-Request-ID"], answer
        return "gateway" if answer.detail == GATEWAY and self.control["state"] != 0 else str(answer.status)

    def fail(self, number, last):
        """One request whose allocations from `number` to `last` fail. False: it has not so many."""
        kind = "refused"
        while kind == "refused":
            fresh, self.subject.fresh = self.subject.fresh, False
            answer = self.control.run(number, last, self.subject.send)
            kind = self.judge(answer)
            if kind == "refused":    # an answer before was lost behind its commit
                assert not fresh, answer
            if kind in ("refused", "good"):
                self.subject.begin()
        ended = self.control["state"]
        assert ended == 0 or kind in ("gateway", "good", "503"), (ended, answer)
        self.endings[self.ending(kind, ended)] = self.endings.get(self.ending(kind, ended), 0) + 1
        return self.control["failed"] > 0

    @staticmethod
    def ending(kind, state):
        """In words."""
        if os.WIFSIGNALED(state):
            return f"{kind}, worker ended by signal {os.WTERMSIG(state)}"
        return f"{kind}, worker ended with {os.WEXITSTATUS(state)}" if state else kind

    def repeat(self):
        """The same without a failure, by the very worker."""
        while True:
            fresh, self.subject.fresh = self.subject.fresh, False
            kind = self.judge(self.subject.send())
            self.subject.begin()
            if kind == "good":
                return
            assert kind == "refused" and not fresh, kind


def subjects(stack):
    """All endpoints."""
    api, network = Api(stack), stack.network
    api._hold_to_contract = lambda *_: None  # answers are judged here
    miner = network.miner(gpus=1)
    chute, old = network.chute(target=100000), network.chute(target=100000, chutes_version="0.2.20")
    jobs = network.chute(target=100000, jobs=JOBS)

    def get(path, whole=shape):
        return Subject(path, 200, lambda: None, lambda _: api.request("GET", path), whole)

    def claimed():
        one = network.miner(gpus=1)
        launch = api.launch(one, chute)
        assert launch.claim(one.gpus).status == 200
        launch.solve()
        return launch, launch.answer_body()

    def verified():
        launch, body = claimed()
        assert launch.verify(body).status == 200
        return launch

    def announced():
        one = network.miner(gpus=1)
        return one, announce(api, one, old).json["instance_id"]

    def to_claim():
        one = network.miner(gpus=1)
        return api.launch(one, chute), one.gpus

    return [
        get("/ping"), get("/livez"), get("/readyz"), get("/instances/token_check"),
        get("/openapi.json", lambda document: document), get("/docs/", lambda page: page),
        get("/metrics", lambda text: [line.split()[2] for line in text.splitlines()
                                      if line.startswith("# TYPE")]),
        Subject("issue_launch_config", 200, lambda: None, lambda _: api.token(miner, chute)),
        Subject("issue_launch_config, of a job", 200, lambda: job_of(stack, jobs),
                lambda job: api.token(miner, jobs, job)),
        Subject("claim_launch_config", 200, to_claim, lambda thing: thing[0].claim(thing[1])),
        Subject("verify_launch_config", 200, claimed, lambda thing: thing[0].verify(thing[1])),
        Subject("activate_launch_config", 200, verified, lambda launch: launch.activate()),
        Subject("create_instance", 202, lambda: network.miner(gpus=1), lambda one: announce(api, one, old)),
        Subject("activate_instance", 200, announced, lambda thing: api.signed(
            thing[0], "PATCH", f"/instances/{old}/{thing[1]}", {"active": True})),
        Subject("delete_instance", 200, announced, lambda thing: api.delete(thing[0], old, thing[1])),
    ]
