"""Redis, which tells targets and hears events, is away or stands still."""

import signal

from harness.fault.fault import Fault
from harness.processes import wait_for
from harness.redis_server import PASSWORD, RedisServer


class RedisAway(Fault):
    """Killed or stopped. Targets come from the capacity log meanwhile; events wait in the outbox, and are
    told afterwards."""

    what = "Redis killed or stopped: targets and events"
    hold_s = (0.5, 3.0)

    def settings(self, site):
        super().settings(site)
        self.redis = RedisServer(site.directory)
        self.redis.start()
        for section in ("capacity", "events"):
            site.settings.setdefault(section, {}).update(
                redis_url=f"unix:{self.redis.path}", redis_password=PASSWORD)
        self.killed = True

    def inject(self):
        self.killed = self.chance.random() < 0.5
        if self.killed:
            self.redis.process.kill()
            self.redis.stop()
        else:
            self.redis.process.send_signal(signal.SIGSTOP)

    def heal(self):
        if self.killed:
            self.redis.start()
        else:
            self.redis.process.send_signal(signal.SIGCONT)

    def pause(self):
        last = self.site.postgres.execute("select coalesce(max(event_id), 0) as last from rigger.events")[0]
        wait_for(lambda: self.site.postgres.execute(
            "select 1 from rigger.event_consumers where last_event_id >= %(last)s", last),
            "the relay to tell what had happened")
        super().pause()

    def end(self):
        if self.redis.process is not None:
            self.redis.process.send_signal(signal.SIGCONT)
        self.redis.stop()
