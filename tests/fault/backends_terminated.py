"""An administrator terminates backends."""

from harness.fault.fault import Fault

SERVED = "from pg_stat_activity where usename = 'rigger_server'"


class BackendsTerminated(Fault):
    """All that serve the responder, or one, or their statements are cancelled."""

    what = "pg_terminate_backend, pg_cancel_backend"
    hold_s = (0.0, 0.1)
    pause_s = (0.1, 0.5)

    def inject(self):
        self.site.postgres.query(self.chance.choice([
            f"select pg_terminate_backend(pid) {SERVED}",
            f"select pg_terminate_backend(pid) {SERVED} order by random() limit 1",
            f"select pg_cancel_backend(pid) {SERVED}"]))
