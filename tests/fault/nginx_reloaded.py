"""nginx reads its configuration again: no request may be lost by it."""

from harness.fault.fault import Fault


class NginxReloaded(Fault):
    """SIGHUP; the old workers finish what they have."""

    what = "nginx reloaded: none may be lost"
    loses_none = True
    hold_s = (0.1, 0.5)

    def inject(self):
        self.site.nginx.reload()
