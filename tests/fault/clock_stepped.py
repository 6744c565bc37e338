"""Somebody sets the clock: of the responder's machine, of the database's, or of one machine that has both.

Meanwhile signatures may be out of time, and so may tokens and launches that were begun before; nothing may
hang for as long as the step was.
"""

import os
import struct

from harness.fault.fault import Fault
from harness.processes import program, run
from harness.stack import SOURCE

MINUTE, HOUR = 60, 3600
STEPS_S = (-3 * HOUR, -20 * MINUTE, -5, 5, 5 * MINUTE, 20 * MINUTE, 3 * HOUR)


class ClockStepped(Fault):
    """There and back again."""

    what = "the clock of rigger, of PostgreSQL or of both stepped"
    time_goes = True
    may = frozenset({"bad_nonce", "bad_token"})
    hold_s = (0.5, 3.0)
    pause_s = (1.0, 2.0)

    def settings(self, site):
        super().settings(site)
        library = os.path.join(site.directory, "clock.so")
        run([program("cc"), "-O2", "-shared", "-fPIC", "-o", library,
             os.path.join(SOURCE, "tests", "harness", "fault", "clock.c"), "-ldl"])
        self.clocks = []
        for server, name in ((site.responder, "rigger"), (site.postgres, "postgres")):
            clock = os.path.join(site.directory, f"{name}.clock")
            self.clocks.append(clock)
            self.step([clock], 0)
            server.variables = {"LD_PRELOAD": library, "WALL_CLOCK": clock}

    @staticmethod
    def step(clocks, seconds):
        """How many seconds they are ahead."""
        for clock in clocks:
            with open(os.open(clock, os.O_WRONLY | os.O_CREAT, 0o644), "wb") as file:
                file.write(struct.pack("=q", seconds))

    def inject(self):
        self.step(self.chance.choice([self.clocks[:1], self.clocks[1:], self.clocks]),
                  self.chance.choice(STEPS_S))

    def heal(self):
        self.step(self.clocks, 0)

    def end(self):
        self.heal()
