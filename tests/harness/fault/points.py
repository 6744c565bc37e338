"""Every message between a worker and the database in a whole life, one after the other, as the moment at
which something happens."""

import collections
import threading
import time

from .fault import Fault
from .proxy import Proxy

REQUESTS = ("issue_launch_config", "claim_launch_config", "store_challenge", "begin_verification",
            "finish_verification", "activate_launch_config", "delete_instance", "create_instance")
# Around a commit: the server has all of the call but the word to end it (Sync); it has that, too; it has
# answered, and only the end of the answer (ReadyForQuery) is missing.
AROUND_COMMIT = (("asks", "S"), ("answers", "2"), ("answers", "Z"))
# A statement is prepared (Parse, ParseComplete) once on a connection.
OF_NEW_CONNECTIONS = ("P", "1")
OFTEN = 3
WAIT_S = 5.0


class AtPoints(Fault):
    """What happens at each point says `strike`. First the load shows which points there are."""

    hold_s = (0.0, 0.0)
    pause_s = (0.0, 0.02)
    share = 2.0

    def settings(self, site):
        super().settings(site)
        self.proxy = Proxy(site.directory, site.postgres.socket)
        self.seen, self.points, self.met = collections.Counter(), None, threading.Event()
        self.struck = 0
        self.proxy.watch = self.see

    def server_dsn(self, dsn):
        return dsn.replace(f"host={self.site.postgres.socket}", f"host={self.proxy.directory}")

    def prepare(self):
        wanted = {(function, *moment) for function in REQUESTS for moment in AROUND_COMMIT}
        until = time.monotonic() + 60
        while not wanted <= set(self.seen) and time.monotonic() < until:
            time.sleep(0.1)
        missing = wanted - set(self.seen)
        if missing:
            raise RuntimeError(f"the load never came to {sorted(missing)}")
        self.points = self.some_points() if self.brief else self.every_point()

    def see(self, link, point):
        """One more of these was seen."""
        self.seen[point] += 1

    def some_points(self):
        """One of each function, around its commit."""
        return [(function, *self.chance.choice(AROUND_COMMIT)) for function in REQUESTS]

    def every_point(self):
        """All of a life and of what comes round in the background, in any order."""
        found = sorted(point for point in self.seen if self.seen[point[0], "answers", "Z"] >= OFTEN)
        return self.chance.sample(found, len(found))

    def more(self):
        if not self.points and not self.struck:
            raise RuntimeError("no point was met")
        return bool(self.points)

    def inject(self):
        if not self.points:  # there is time for another round
            self.points = self.every_point()
        aim = self.points.pop()
        self.met.clear()

        def watch(link, point):
            self.see(link, point)
            if point == aim and not self.met.is_set():
                self.met.set()
                self.strike(link)

        self.proxy.watch = watch
        if aim[2] in OF_NEW_CONNECTIONS:
            self.site.postgres.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'rigger_server'")
        self.struck += self.met.wait(WAIT_S)

    def heal(self):
        self.proxy.watch = self.see

    def strike(self, link):
        """What happens, before the message is passed on."""
        raise NotImplementedError

    def end(self):
        self.proxy.close()
