"""A selection of ./dev faults: a load of whole lives while something breaks. Afterwards every answer is true,
everything there is was asked for, the invariants hold, and there are tokens again.

./dev faults wants tokens again within 5 s; other tests load the machine while this runs, so here they have a
minute.
"""

import pytest

from harness.fault.fault import find
from harness.fault.trial import Trial

ALLOWED_S = 60.0
# Each for so many seconds, or as long as all of its points take.
SELECTED = {
    "backends-terminated": 2,
    "connection-cut": 0,
    "database-restarted": 2,
    "descriptors-gone": 1,
    "killed-at-message": 0,
    "master-killed": 2,
    "nginx-reloaded": 1,
    "rigger-reloaded": 1,
    "row-locked": 0,
    "worker-killed": 2,
    "worker-stopped": 2,
}


@pytest.mark.parametrize("name", SELECTED)
def test_no_answer_is_untrue_after(name):
    outcome = Trial(find(name), SELECTED[name], threads=3, again_s=ALLOWED_S, brief=True).run()
    assert outcome.wrong == [], outcome
    assert outcome.injected > 0 and outcome.classes["2xx"] > 0
