"""A replay's lines: for one change and SLI its last word, each change of health with its time, and every look."""

from itertools import groupby
from typing import Any

from shipwake.domain import Assessment, rfc3339
from shipwake.flow import River


def rows_of(river: River, change: str) -> list[dict[str, Any]]:
    """One line per SLI of the change, in order of the SLI's name."""
    with river.store.read() as tx:
        history = sorted(tx.verdicts.history(change), key=lambda a: (a.sli, a.look))
    return [row(list(looks)) for _, looks in groupby(history, key=lambda a: a.sli)]


def row(looks: list[Assessment]) -> dict[str, Any]:
    """The line of one SLI from all its looks, oldest first; the p-values hold over the whole watch."""
    last = looks[-1]
    return {
        "change": last.change,
        "sli": last.sli,
        "health": last.health.value,
        "reason": last.reason.value,
        "p_worse": min(a.p_worse for a in looks),
        "p_better": min(a.p_better for a in looks),
        "effect": _effect(last),
        "expected": {"low": last.expected.low, "high": last.expected.high}
        if last.expected
        else None,
        "transitions": [
            _moment(a) for a, before in zip(looks, [None, *looks], strict=False) if _new(a, before)
        ],
        "looks": [
            _moment(a) | {"reason": a.reason.value, "p_worse": a.p_worse, "p_better": a.p_better}
            for a in looks
        ],
    }


def _new(now: Assessment, before: Assessment | None) -> bool:
    return before is None or before.health is not now.health


def _moment(a: Assessment) -> dict[str, Any]:
    return {"at": rfc3339(a.at), "look": a.look, "health": a.health.value}


def _effect(a: Assessment) -> dict[str, Any] | None:
    if a.effect is None:
        return None
    e = a.effect
    return {
        "estimate": e.estimate,
        "low": e.low,
        "high": e.high,
        "relative": e.relative,
        "unit": e.unit,
    }
