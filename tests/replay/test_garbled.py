"""Samples as sources really send them, out of order, twice, of mixed steps, absurd: each SLI has its word."""

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from shipwake.app import compose
from shipwake.domain import Floats, Health, Reason, rfc3339
from shipwake.replay import replay
from tests.replay.made import LIVE, START, change, csv, gauge, jsonl

BEFORE, AFTER = 13 * 60, 60
LENGTH = BEFORE + AFTER
SLI = "  - {{name: {name}, service: checkout, environment: production, kind: {kind}, step: 60s, better: lower{more}}}\n"
HEAD = "services: [{name: checkout}]\nenvironments: [{name: production}]\nslis:\n"
Line = dict[str, Any]


def _calm() -> Floats:
    return np.random.default_rng(1).normal(100, 5, LENGTH)


def _shuffled(rows: list[str]) -> list[str]:
    rng = np.random.default_rng(2)
    again = [rows[i] for i in rng.choice(len(rows), len(rows) // 10, replace=False)]
    mixed = rows + again
    return [mixed[i] for i in rng.permutation(len(mixed))]


def _sparse(name: str, every: int) -> list[str]:
    """Each minute up to the last four hours, then every so many."""
    rows = gauge(name, START, 60, _calm())
    return rows[: BEFORE - 240] + rows[BEFORE - 240 :: every]


def _jumping(name: str) -> list[str]:
    """A clock that runs three hours ahead for an hour in the night."""
    values = _calm()
    ahead = gauge(name, START + timedelta(hours=6), 60, values[180:240])
    rows = gauge(name, START, 60, values)
    return rows[:180] + ahead + rows[240:]


def _mixed(name: str) -> list[str]:
    """An hour's mean up to noon, then every second up to the change, then each minute."""
    hours = gauge(name, START, 3600, _calm()[:12])
    seconds = gauge(name, START + timedelta(hours=12), 1, np.resize(_calm(), 3600))
    return [*hours, *seconds, *gauge(name, LIVE, 60, _calm()[BEFORE:])]


def _counts(name: str, bad: float, total: float) -> list[str]:
    moments = [rfc3339(START + timedelta(minutes=k)) for k in range(LENGTH)]
    return [f"{name},{at},,{bad},{total}" for at in moments]


GAUGES = {
    "calm": gauge("calm", START, 60, _calm()),
    "shuffled and twice": _shuffled(gauge("shuffled and twice", START, 60, _calm())),
    "rarer since": _sparse("rarer since", 2),
    "much rarer since": _sparse("much rarer since", 30),
    "clock jumps": _jumping("clock jumps"),
    "hours then seconds": _mixed("hours then seconds"),
    "one sample": gauge("one sample", START, 60, [1.0]),
    "no number": gauge("no number", START, 60, np.full(LENGTH, np.nan)),
    "constant": gauge("constant", START, 60, np.full(LENGTH, 7.0)),
    "1e300": gauge("1e300", START, 60, 1e300 * np.linspace(0.5, 1, LENGTH)),
    "denormal": gauge("denormal", START, 60, 5e-324 * np.arange(LENGTH)),
    "infinite": gauge("infinite", START, 60, np.where(np.arange(LENGTH) % 2, np.inf, _calm())),
}
COUNTED = {
    "negative": _counts("negative", -1, -5),
    "more than all": _counts("more than all", 9, 4),
    "nothing counted": _counts("nothing counted", 0, 0),
}
UNKNOWN = {
    "much rarer since",
    "one sample",
    "no number",
    "constant",
    "1e300",
    "negative",
    "more than all",
    "nothing counted",
}


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Line]:
    """The lines of a folder that holds all of it, by SLI."""
    place = tmp_path_factory.mktemp("garbled")
    slis = [SLI.format(name=name, kind="gauge", more=", unit: ms") for name in GAUGES]
    slis += [SLI.format(name=name, kind="ratio", more=", bad: b, total: t") for name in COUNTED]
    (place / "shipwake.yaml").write_text(HEAD + "".join(slis))
    (place / "changes.jsonl").write_text(jsonl([change("calm", "checkout", LIVE)]))
    rows = [row for sli in (*GAUGES.values(), *COUNTED.values()) for row in sli]
    (place / "samples.csv").write_text(csv(rows))
    return {line["sli"]: line for line in replay(place, compose, later=False)}


@pytest.mark.parametrize("name", [*GAUGES, *COUNTED])
def test_each_sli_has_a_word_and_numbers(lines: dict[str, Line], name: str) -> None:
    """Whatever was sent, the line has a word, a reason, and no number that JSON could not hold."""
    line = lines[name]

    assert json.loads(json.dumps(line, allow_nan=False)) == line
    assert Reason(line["reason"])
    assert not Health(line["health"]).hurts


@pytest.mark.parametrize("name", sorted(UNKNOWN))
def test_what_says_nothing_is_unknown(lines: dict[str, Line], name: str) -> None:
    """What cannot be judged is unknown at every look, and has no effect."""
    line = lines[name]

    assert {look["health"] for look in line["looks"]} == {"unknown"}
    assert (line["p_worse"], line["p_better"]) == (1.0, 1.0)


def test_order_and_repetition_do_not_matter(lines: dict[str, Line]) -> None:
    """Rows out of order, one in ten of them twice, are judged as the same rows in order."""
    shuffled, calm = (lines[name] | {"sli": ""} for name in ("shuffled and twice", "calm"))

    assert shuffled == calm
