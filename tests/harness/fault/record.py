"""What a load asked and was answered: one Life for each, with all answers it got."""

import re
import threading
from dataclasses import dataclass, field

from ..stack import SOURCE


def read_catalogue():
    """(pattern of a public text, code) of every refusal."""
    found = []
    with open(f"{SOURCE}/src/core/refusals.list", encoding="utf-8") as lines:
        for line in lines:
            entry = re.match(r"(\w+)\s+(?:\d+|-)\s+(.*)$", line)
            if entry:
                text = re.escape(entry.group(2).strip()).replace(r"\{\}", ".+")
                found.append((re.compile(text), entry.group(1)))
    return found


CATALOGUE = read_catalogue()


def code_of(text):
    """The code of a refusal's public text; the text where it is none."""
    return next((code for pattern, code in CATALOGUE if pattern.fullmatch(str(text))), str(text)[:120])


@dataclass
class Life:
    """One life, as its miner and its pod know it. Steps that were asked for: `asked`; that were answered with
    2xx: `told`; that are not known, since a 503 came or nothing: `open`. expired: it was told that its time
    is over."""
    hotkey: str
    chute: str
    gpu: str
    host: str
    port: int
    old: bool = False
    config: str | None = None
    instance: str | None = None
    key: str | None = None
    asked: set = field(default_factory=set)
    told: set = field(default_factory=set)
    open: set = field(default_factory=set)
    expired: bool = False


class Record:
    """Of all lives; threads write into it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.lives = []
        self.classes = {"2xx": 0, "4xx": 0, "503": 0, "other": 0, "none": 0}
        self.codes = {}
        self.wrong = []          # answers that nothing explains
        self.tokens_unknown = 0  # requests for a token whose answer was none

    def count(self, status, code=None):
        """One answer; status None: there was none."""
        kind = "none" if status is None else "2xx" if 200 <= status < 300 else "503" if status == 503 \
            else "4xx" if 400 <= status < 500 else "other"
        with self.lock:
            self.classes[kind] += 1
            if code:
                self.codes[code] = self.codes.get(code, 0) + 1

    def complain(self, text):
        """An answer that nothing explains."""
        with self.lock:
            self.wrong.append(text)

    def add(self, life):
        """A life begins."""
        with self.lock:
            self.lives.append(life)

    @property
    def requests(self):
        """How many were asked."""
        return sum(self.classes.values())
