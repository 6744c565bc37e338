"""One trial: a load of lives, a fault that comes and goes under it, and what came of it."""

import contextlib
import random
import time
from dataclasses import dataclass, field

from ..chance import SEED
from ..processes import StackError, wait_for
from .load import Load
from .site import Site
from .truth import Truth

TOKENS_AGAIN_S = 5.0


@dataclass
class Outcome:
    """How a trial went; `wrong` is empty where it went well."""
    name: str
    injected: int = 0
    lives: int = 0
    requests: int = 0
    classes: dict = field(default_factory=dict)
    codes: dict = field(default_factory=dict)
    again_s: float = 0.0    # the longest time until there were tokens again
    untrue: int = 0
    unexplained: int = 0
    violations: int = 0
    wrong: list = field(default_factory=list)

    def say(self, what, lines):
        """Adds to what is wrong; returns how much it is."""
        self.wrong += [f"{what}: {line}" for line in lines]
        return len(lines)


class Trial:
    """Runs a fault for some seconds."""

    def __init__(self, fault_class, seconds, threads=6, pace_s=0.0, again_s=TOKENS_AGAIN_S, brief=False):
        """again_s: how soon there have to be tokens after the fault was healed."""
        self.name, self.seconds, self.threads, self.pace_s = fault_class.name(), seconds, threads, pace_s
        self.again_s = again_s
        self.fault = fault_class(self.chance("fault"), brief)
        self.outcome = Outcome(self.name)

    def chance(self, what):
        """A source that depends on the seed, the fault and what it is for."""
        return random.Random(f"{SEED} {self.name} {what}")

    def run(self):
        """All of it; returns the Outcome."""
        with Site(self.fault) as site:
            load = Load(site, self.fault, self.chance, self.threads, self.seconds, self.pace_s)
            load.start()
            try:
                wait_for(lambda: len(load.record.lives) > 2 * self.threads, "some lives")
                self.fault.prepare()
                self.break_and_mend(site, load)
            finally:
                load.finish()
            self.judge(site, load)
        return self.outcome

    def break_and_mend(self, site, load):
        """For as long as it has."""
        until = time.monotonic() + self.seconds
        while self.fault.more() or self.outcome.injected < self.fault.rounds or time.monotonic() < until:
            self.fault.inject()
            self.outcome.injected += 1
            self.fault.hold()
            healed = time.monotonic()
            self.fault.heal()
            if not self.fault.heals_itself:
                healed = time.monotonic()
            wait_for(load.token, "a token after the fault")
            seconds = time.monotonic() - healed
            self.outcome.again_s = max(self.outcome.again_s, seconds)
            if seconds > self.again_s:
                self.outcome.say("late", [f"tokens came again after {seconds:.1f} s"])
            self.check_invariants(site)
            self.fault.pause()

    def check_invariants(self, site):
        """What the schema promises. Where time went on in a leap, the reaper has to come round first."""
        ask = "select * from rigger.check_invariants()"
        if self.fault.time_goes:
            with contextlib.suppress(StackError):
                wait_for(lambda: not site.postgres.execute(ask), "the reaper")
        rows = site.postgres.execute(ask)
        self.outcome.violations += self.outcome.say("violation", [str(dict(row)) for row in rows])

    def judge(self, site, load):
        """What was answered against what there is."""
        record, outcome = load.record, self.outcome
        self.check_invariants(site)
        truth = Truth(site.postgres, load).compare()
        outcome.lives, outcome.requests = len(record.lives), record.requests
        outcome.classes, outcome.codes = record.classes, record.codes
        outcome.untrue = outcome.say("untrue", truth.untrue)
        outcome.unexplained = outcome.say("unexplained", truth.unexplained + record.wrong)
