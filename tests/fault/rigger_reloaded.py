"""The responder reads its configuration again: no request may be lost by it."""

from harness.fault.fault import Fault


class RiggerReloaded(Fault):
    """SIGHUP; each process gets a successor, once those of the reload before are there."""

    what = "rigger reloaded: none may be lost"
    loses_none = True
    hold_s = (0.0, 0.0)

    def inject(self):
        self.site.responder.renew()
