"""What every fault is: it changes the servers before they start, breaks something, and mends it."""

import importlib
import os
import time

from ..stack import SOURCE

DIRECTORY = os.path.join(SOURCE, "tests", "fault")


class Fault:
    """One thing that breaks. A subclass in tests/fault/ says what; an object of it is for one trial."""

    what = ""             # a line of the table
    may = frozenset()     # refusals that an honest client may get of it, beside those after a 503
    time_goes = False     # a launch that was claimed may run out of time
    loses_none = False    # nothing is 503
    heals_itself = False  # `heal` is only the beginning, and the time until tokens counts from there
    hold_s = (0.2, 1.0)   # how long it lasts
    pause_s = (0.3, 1.0)  # how long nothing is broken before the next
    rounds = 1            # at least so many times
    share = 1.0           # of the time of all faults
    needs_root = False

    def __init__(self, chance, brief=False):
        """brief: for the selection of ./dev test, where nothing may take long."""
        self.chance = chance
        self.brief = brief
        self.site = None

    @classmethod
    def name(cls):
        """The name of its file, with dashes."""
        return cls.__module__.rsplit(".", 1)[-1].replace("_", "-")

    def settings(self, site):
        """Before anything starts: settings of the site, and servers of its own."""
        self.site = site

    def server_dsn(self, dsn):
        """Where the responder finds the database, once there is one."""
        return dsn

    def prepare(self):
        """Everything runs and the load is on."""

    def inject(self):
        """Breaks it."""
        raise NotImplementedError

    def hold(self):
        """For as long as it lasts."""
        time.sleep(self.chance.uniform(*self.hold_s))

    def heal(self):
        """Mends it."""

    def pause(self):
        """Until the next time."""
        time.sleep(self.chance.uniform(*self.pause_s))

    def more(self):
        """Whether it has still to be injected, whatever the time is."""
        return False

    def end(self):
        """When the site is about to stop, whatever happened before."""


def names():
    """All of them, by name."""
    return sorted(file[:-3].replace("_", "-") for file in os.listdir(DIRECTORY)
                  if file.endswith(".py") and file != "__init__.py")


def find(name):
    """The class of a fault."""
    module = importlib.import_module("fault." + name.replace("-", "_"))
    found = [each for each in vars(module).values()
             if isinstance(each, type) and issubclass(each, Fault) and each.__module__ == module.__name__]
    return found[-1]
