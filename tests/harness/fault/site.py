"""The servers under a fault: a stack with the time limits that Rigger ships with."""

from ..stack import Stack

# default_settings() are for tests that must never meet a limit. Here the limits are part of what is tested.
SHIPPED = {
    "server": ["fast_deadline_ms", "slow_deadline_ms", "io_timeout_ms"],
    "database": ["connect_timeout_s", "statement_timeout_ms", "activation_retry_ms"],
}


class Site(Stack):
    """A stack with a fault in it."""

    lock_waits = "initial"

    def __init__(self, fault):
        super().__init__(database="own")
        for section, keys in SHIPPED.items():
            for key in keys:
                self.settings[section].pop(key, None)
        # The lease of an attempt follows it: nobody waits a minute for one whose worker was killed.
        self.settings["server"]["slow_deadline_ms"] = 5000
        self.fault = fault
        fault.settings(self)

    def server_dsn(self):
        return self.fault.server_dsn(super().server_dsn())

    def use(self, postgres):
        """Another cluster has the truth from now on: it was promoted."""
        self.postgres = postgres
        self.network.postgres = postgres

    def stop(self):
        try:
            self.fault.end()
        finally:
            super().stop()
