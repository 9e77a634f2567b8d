"""A detector is asked in a process of its own; whatever goes wrong there leaves unknown with a reason."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from shipwake.config import Config, parse
from shipwake.domain import Assessment, Health, Reason
from shipwake.flow import DetectorError, Detectors
from shipwake.judge import Normal
from tests.flow import detector_script
from tests.flow.town import ALICE, SETTINGS, Town, town
from tests.judge.cases import HISTORY, gauge, judged, learned, noisy
from tests.web.site import until

SCRIPT = Path(detector_script.__file__)
FAILURES = [
    ("dies", "its process ended"),
    ("sleeps", "no answer within 2 s"),
    ("refuses", "ValueError: no"),
    ("babbles", "answered nonsense"),
    ("counts wrong", "answered nonsense"),
    ("not a number", "no numbers"),
]


@contextmanager
def detectors(way: str, *, idle_s: float = 30.0) -> Iterator[Detectors]:
    """Detectors whose process answers in that way."""
    command = (sys.executable, str(SCRIPT), way)
    made = Detectors(command, library="json", deadline_s=2.0, idle_s=idle_s)
    try:
        yield made
    finally:
        made.close()


def _normal() -> Normal:
    return learned(replace(gauge(), detector="pyod.ECOD"), noisy(1))


def _processes() -> list[psutil.Process]:
    running = psutil.Process().children()
    return [p for p in running if str(SCRIPT) in " ".join(p.cmdline())]


def test_what_it_answers_is_judged() -> None:
    """A process that answers teaches the normal, and a step is then found by its scores."""
    series = noisy(1)
    with detectors("answers") as asked:
        normal = asked.taught(_normal())

        assert normal.model is not None
        assert normal.model.detector is not None
        assert judged(normal, series[HISTORY:] + 60).health.hurts


@pytest.mark.parametrize(("way", "why"), FAILURES)
def test_a_failure_is_told_with_what_to_do(way: str, why: str) -> None:
    """Death, silence, refusal and nonsense are errors that name the detector, the cause and the remedy."""
    with detectors(way) as asked, pytest.raises(DetectorError) as told:
        asked.taught(_normal())

    assert told.value.message.startswith("the detector pyod.ECOD failed: ")
    assert why in told.value.message
    assert told.value.message.endswith("; remove `detector` or install shipwake[pyod]")


def test_a_process_that_dies_is_replaced() -> None:
    """After a death between two questions the next one starts another process."""
    with detectors("answers") as asked:
        asked.taught(_normal())
        (process,) = _processes()
        process.kill()
        until(lambda: process.status() == psutil.STATUS_ZOMBIE)

        assert asked.taught(_normal()).model is not None
        assert _processes() != [process]


def test_what_is_not_installed_starts_no_process() -> None:
    """Without the extra the reason is known at once."""
    absent = Detectors(library="no_such_library")
    with pytest.raises(DetectorError, match="it is not installed"):
        absent.taught(_normal())

    assert _processes() == []


def test_a_process_that_cannot_be_started_is_told() -> None:
    """Where the program is not there, that is a failure like the others."""
    asked = Detectors(("/no/such/program",), library="json")
    with pytest.raises(DetectorError, match="cannot be started"):
        asked.taught(_normal())


def test_an_sli_without_a_detector_is_left_alone() -> None:
    """The built-in judge needs no process."""
    normal = learned(gauge(), noisy(1))
    with detectors("answers") as asked:
        assert asked.taught(normal) is normal
        assert _processes() == []


def test_the_process_ends_when_nothing_is_asked() -> None:
    """At rest it ends and gives its memory back; the next question starts it again."""
    with detectors("answers", idle_s=0) as asked:
        asked.taught(_normal())
        running = len(_processes())
        asked.rest()

        assert (running, _processes()) == (1, [])
        assert asked.taught(_normal()).model is not None
    assert _processes() == []


def test_no_process_outlives_its_parent() -> None:
    """Where the one that asked was killed, the detector's process ends too."""
    code = (
        "import os; from tests.flow.test_detectors import detectors, _normal, _processes; "
        "asked = detectors('answers').__enter__(); asked.taught(_normal()); "
        "print(_processes()[0].pid, flush=True); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    pid = int(ended.stdout)

    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie")


def _config() -> Config:
    written = SETTINGS.replace("unit: ms}", "unit: ms, detector: pyod.ECOD}")
    return parse(written, name="town.yaml", environ={})


def _looked(here: Town, asked: Detectors, slower: float) -> dict[str, Assessment]:
    """The newest look at each SLI, half an hour after Alice deployed."""
    here.river = replace(here.river, detectors=asked)
    change = here.deploys(ALICE, "3f1c2ab")
    here.slower = slower
    here.minutes(31)
    return _newest(here, change)


def _newest(here: Town, change: str) -> dict[str, Assessment]:
    with here.river.store.read() as tx:
        return {a.sli: a for a in tx.verdicts.assessments(change)}


def test_a_deploy_is_judged_by_it(tmp_path: Path) -> None:
    """The latency that Alice's deploy raised is ailing by the detector, the errors calm by our own judge."""
    with town(tmp_path, _config()) as here, detectors("answers") as asked:
        found = _looked(here, asked, slower=40.0)

    assert found["checkout latency"].health.hurts
    assert found["checkout errors"].health is Health.HEALTHY


@pytest.mark.parametrize("way", ["dies", "babbles"])
def test_a_failure_leaves_unknown_and_harms_no_other(tmp_path: Path, way: str) -> None:
    """The indicator is unknown with the detector's words; the others of the change are judged."""
    with town(tmp_path, _config()) as here, detectors(way) as asked:
        found = _looked(here, asked, slower=40.0)

    latency = found["checkout latency"]
    assert (latency.health, latency.reason) == (Health.UNKNOWN, Reason.DETECTOR_FAILED)
    assert "remove `detector` or install shipwake[pyod]" in latency.detail
    assert (latency.p_worse, latency.p_better) == (1.0, 1.0)
    assert found["checkout errors"].health is Health.HEALTHY


def test_a_death_between_looks_goes_unnoticed(tmp_path: Path) -> None:
    """What the detector was taught is kept here, so that another process goes on where the first one died."""
    with town(tmp_path, _config()) as here, detectors("answers") as asked:
        here.river = replace(here.river, detectors=asked)
        change = here.deploys(ALICE, "3f1c2ab")
        here.minutes(6)
        early = _newest(here, change)["checkout latency"]
        (process,) = _processes()
        process.kill()
        here.minutes(25)
        later = _newest(here, change)["checkout latency"]

    assert later.look > early.look
    assert Health.UNKNOWN not in (early.health, later.health)
