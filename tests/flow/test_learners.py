"""Learning in a process of its own gives what learning here gives, and outlives the death of that process."""

import subprocess
import sys
from collections.abc import Iterator
from multiprocessing import active_children

import psutil
import pytest

from shipwake.domain import Samples
from shipwake.flow import Learners
from shipwake.flow.learners import Learner
from shipwake.judge import Normal, learn
from tests.judge.cases import ANCHOR, HISTORY, STEP, gauge, noisy
from tests.web.site import until


@pytest.fixture
def learners() -> Iterator[Learners]:
    """One process at most."""
    made = Learners(1)
    yield made
    made.close()


def _learned(learner: Learner) -> Normal:
    history = Samples.of(ANCHOR - HISTORY * STEP, STEP, noisy(1)[:HISTORY])
    return learner(gauge(), history, ANCHOR, (), unit_s=60)


def test_it_is_learned_as_here(learners: Learners) -> None:
    """The normal that comes back from another process is the one learned here."""
    there, here = _learned(learners), _learned(learn)

    assert there.model is not None
    assert here.model is not None
    assert there.model.expected.tolist() == here.model.expected.tolist()
    assert (there.sli, there.anchor, there.reason) == (here.sli, here.anchor, here.reason)


def test_a_process_that_dies_is_replaced(learners: Learners) -> None:
    """Where the process was killed, the next normal is learned in a new one."""
    _learned(learners)
    (child,) = active_children()
    child.kill()
    child.join(5)

    assert _learned(learners).model is not None


def test_processes_end_when_nothing_is_learned() -> None:
    """At rest the processes end and give their memory back; the next normal starts them again."""
    resting = Learners(1, idle_s=0)
    _learned(resting)
    before = len(active_children())
    resting.rest()
    until(lambda: not active_children())

    assert before == 1
    assert _learned(resting).model is not None
    resting.close()


def test_no_process_outlives_its_parent() -> None:
    """Where the one that asked was killed, the ones that learned for it end too."""
    code = (
        "import os; from multiprocessing import active_children; "
        "from tests.flow.test_learners import _learned, Learners; "
        "_learned(Learners(1)); print(active_children()[0].pid, flush=True); os.kill(os.getpid(), 9)"
    )
    asked = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    pid = int(asked.stdout)

    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie")
