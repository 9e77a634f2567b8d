"""What every source promises: value, zero, gap and error stay four things, failures say what to do, secrets stay in."""

import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shipwake.config import read
from shipwake.domain import (
    BadInputError,
    Better,
    Samples,
    Sli,
    SliKind,
    Slot,
    parse_rfc3339,
    rfc3339,
)
from shipwake.sources import Source, SourceError, connect
from tests.contracts.answers import adapters, answers, cases, configured, path_of
from tests.wire.server import Asked, serving

SECRET = "correct-horse-battery-staple"
LETTERS = {Slot.NOT_ARRIVED: "N", Slot.VALUE: "V", Slot.GAP: "G", Slot.ERROR: "E"}
ALWAYS = {"value", "zero", "gap", "nan", "empty", "malformed"}
ON_A_NETWORK = {"429", "500", "timeout"}
Case = Mapping[str, Any]


class Kept:
    """Stands in for the store behind `push`: series by name, as one table of start, step and values."""

    def __init__(self, series: Mapping[str, Mapping[str, Any]]) -> None:
        self._series = series

    def read(self, sli: str, start: datetime, end: datetime) -> Samples:
        found = self._series.get(sli)
        if found is None:
            return Samples.nothing(start, timedelta(minutes=1))
        step = timedelta(seconds=found["step_s"])
        values = [[float("nan") if v is None else v for v in row] for row in found["values"]]
        return Samples.of(parse_rfc3339(found["start"]), step, values).between(start, end)


@contextmanager
def played(kind: str, case: Case, folder: Path, asked: list[Asked]) -> Iterator[Source]:
    """The adapter as its case arranges it: before a server, over files, or over what was pushed."""
    stated = answers("sources", kind)
    for name, text in case.get("files", {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    with serving(*case.get("serve", ({},))) as server:
        places = {"{server}": server.url, "{folder}": str(folder)}
        settings = {
            k: _placed(v, places)
            for k, v in (stated.get("settings", {}) | case.get("settings", {})).items()
        }
        adapter = configured("sources", kind, settings, SECRET=SECRET)
        yield connect(adapter, reader=Kept(case.get("pushed", {})))
        asked.extend(server.asked)


def _placed(setting: Any, places: Mapping[str, str]) -> Any:  # noqa: ANN401 - what YAML holds
    """A setting with the names of places in it replaced."""
    if isinstance(setting, str):
        for name, place in places.items():
            setting = setting.replace(name, place)
    return setting


def sli_of(kind: str, case: Case) -> Sli:
    """The SLI that a case asks for."""
    stated = {
        "kind": "gauge",
        "name": "an indicator",
        "step": "60s",
        **answers("sources", kind)["sli"],
        **case.get("sli", {}),
    }
    query = {k: stated[k] for k in ("query", "bad", "good", "total") if k in stated}
    return Sli(
        name=stated["name"],
        kind=SliKind(stated["kind"]),
        better=Better.LOWER,
        step=read.span(stated["step"]),
        query=query,
        good="good" in query,
    )


def _asked_of(kind: str, name: str, folder: Path) -> tuple[Samples, Sequence[Asked]]:
    """What the case's samples are, and what its server was asked."""
    case = answers("sources", kind)["cases"][name]
    window = answers("sources", kind)["window"]
    start, end = parse_rfc3339(window["start"]), parse_rfc3339(window["end"])
    asked: list[Asked] = []
    with played(kind, case, folder, asked) as source:
        found = source.samples(sli_of(kind, case), start, end)
    return found, asked


@adapters("sources")
def test_there_are_answers_to_hold_it_to(kind: str) -> None:
    """Each source has an answer for value, zero, gap, NaN and emptiness; one on a network also for each failure."""
    stated = answers("sources", kind)
    assert stated, f"write {path_of('sources', kind)}"
    on_a_network = any("serve" in case for case in stated["cases"].values())
    wanted = ALWAYS | ON_A_NETWORK if on_a_network else ALWAYS

    assert wanted - {str(name) for name in stated["cases"]} == set()


@cases("sources")
def test_an_answer_is_read_as_what_it_is(kind: str, name: str, folder: Path) -> None:
    """Each answer gives the samples, or the error, that is promised for it."""
    case = answers("sources", kind)["cases"][name]
    if "refused" in case:
        with pytest.raises(BadInputError, match=case["refused"]):
            _asked_of(kind, name, folder)
        return
    if "error" in case:
        with pytest.raises(SourceError) as caught:
            _asked_of(kind, name, folder)
        _check_error(caught.value, case["error"])
        return
    found, asked = _asked_of(kind, name, folder)

    assert _told(found) == _told_by(case["expect"], found)
    for request, wanted in zip(asked, case.get("asks", asked), strict=True):
        if isinstance(wanted, Mapping):
            assert re.search(wanted.get("path", ""), request.path)
            assert re.search(wanted.get("body", ""), request.body.decode())
            assert wanted.get("headers", {}).items() <= request.headers.items()


def _check_error(error: SourceError, expected: Mapping[str, Any]) -> None:
    after = expected.get("retry_after_s")
    assert error.permanent is expected["permanent"]
    assert error.retry_after == (None if after is None else timedelta(seconds=after))
    assert re.search(expected.get("says", ""), error.message)


def _told(found: Samples) -> Mapping[str, Any]:
    values = [[None if v != v else v for v in row] for row in found.values.tolist()]  # noqa: PLR0124 - NaN
    start = rfc3339(found.end - timedelta(seconds=found.step_s * len(found)))
    states = "".join(LETTERS[Slot(s)] for s in found.states)
    return {
        "missing": found.missing,
        "start": start,
        "step_s": found.step_s,
        "states": states,
        "values": values,
    }


def _told_by(expected: Mapping[str, Any], found: Samples) -> Mapping[str, Any]:
    if expected.get("missing"):
        return {**_told(found), "missing": True, "states": "", "values": []}
    rows = [row if isinstance(row, list) else [row] for row in expected["values"]]
    return {
        "missing": False,
        "start": expected.get("start", _told(found)["start"]),
        "step_s": expected.get("step_s", 60),
        "states": expected["states"],
        "values": rows,
    }


@cases("sources")
def test_what_is_no_value_is_no_number(kind: str, name: str, folder: Path) -> None:
    """A slot that holds a value is finite in every column, and one that does not is NaN in every column."""
    try:
        found, _ = _asked_of(kind, name, folder)
    except (SourceError, BadInputError):
        return
    present = found.present.reshape(-1, 1)

    assert (np.isfinite(found.values) == present).all()


@cases("sources")
def test_no_secret_is_told(
    kind: str, name: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the log of any library, nor an error with its whole trace, nor the source itself shows the secret."""
    caplog.set_level("DEBUG")
    case = answers("sources", kind)["cases"][name]
    told = ""
    try:
        with played(kind, case, folder, []) as source:
            told = repr(source)
            window = answers("sources", kind)["window"]
            source.samples(
                sli_of(kind, case), parse_rfc3339(window["start"]), parse_rfc3339(window["end"])
            )
    except (SourceError, BadInputError) as error:
        told += "".join(traceback.format_exception(error))

    assert SECRET not in told + caplog.text
