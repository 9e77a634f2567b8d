"""What a method could find were its false alarms set by hindsight to 1 % or 5 %, beside what anybody could."""

from collections.abc import Sequence

import numpy as np

from bench.judgement.answers import PRODUCT, Answers, Flags
from bench.judgement.families import Truth
from bench.judgement.peers.sketch import NAME as SKETCH
from bench.judgement.tables import Measured, Table, percent
from shipwake.domain import Floats

ALARMS = (0.01, 0.05)
LIMITED = ("step worse", "ramp worse")
"""Families whose whole effect is one move, so that their ranking says something of sensitivity alone."""
CURVE = tuple(float(x) for x in np.geomspace(0.002, 0.6, 40))


def measure(answers: Sequence[Answers]) -> Measured:
    """Recall of steps and ramps at fixed false alarms with the share of the limit, the area, and the whole curve."""
    whole = [a.where(np.array([not f.history for f in a.facts])) for a in answers]
    shares = {a.method: _share_of_limit(a) for a in whole}
    note = ""
    if SKETCH in shares:
        apart = shares[PRODUCT] - shares[SKETCH]
        note = (
            f"Share of the limit at 1 %, {PRODUCT} less {SKETCH}: {apart:+.2f}; hoped for + 0.05."
        )
    table = Table(
        title="At equal false alarms",
        says="Each method's threshold is set on the harmless cases of this very run, so that 1 % or 5 % of them alarm; "
        "no method could know it before. Steps of all sizes and ramps found then, in percent; the share of the limit, "
        "which a judge who knows more than one hour before can pass; the area under the curve of steps and ramps "
        "against harmless changes. Who was asked of fewer than a hundred harmless cases has no threshold of 1 %.",
        head=(
            "method",
            "steps at 1 %",
            "limit",
            "share of limit",
            "ramps at 1 %",
            "steps at 5 %",
            "ramps at 5 %",
            "area",
        ),
        rows=tuple(_row(a) for a in whole),
        note=note,
        pictures=("curve",),
    )
    return Measured(tables=(table,), points={"curve": {a.method: _curve(a) for a in whole}})


def _row(said: Answers) -> tuple[str, ...]:
    low, high = (_found_at(said, a) for a in ALARMS)
    limit = _limit(said) if low["step worse"] >= 0 else np.nan
    return (
        said.method,
        percent(low["step worse"]),
        percent(limit),
        f"{low['step worse'] / limit:.2f}" if limit > 0 else "–",
        percent(low["ramp worse"]),
        percent(high["step worse"]),
        percent(high["ramp worse"]),
        f"{area(_harmless(said), _worse(said)):.3f}",
    )


def _found_at(said: Answers, alarms: float) -> dict[str, float]:
    """What passes the threshold; NaN where the harmless cases are too few to set one."""
    harmless = _harmless(said)
    if len(harmless) * alarms < 1:
        return dict.fromkeys(LIMITED, float("nan"))
    threshold = threshold_of(harmless, alarms)
    return {name: _mean(said.score[_family(said, name), -1] > threshold) for name in LIMITED}


def _share_of_limit(said: Answers) -> float:
    limit = _limit(said)
    return _found_at(said, ALARMS[0])["step worse"] / limit if limit > 0 else float("nan")


def _limit(said: Answers) -> float:
    return float(np.mean([f.limits[0] for f in said.facts if f.family == "step worse"] or [np.nan]))


def threshold_of(harmless: Floats, alarms: float) -> float:
    """The score that at most `alarms` of the harmless ones pass."""
    return float(np.quantile(harmless, 1 - alarms, method="higher")) if len(harmless) else np.inf


def area(harmless: Floats, worse: Floats) -> float:
    """The chance that a worse case scores higher than a harmless one, ties counting half."""
    if not len(harmless) or not len(worse):
        return float("nan")
    ordered = np.sort(harmless)
    below = np.searchsorted(ordered, worse, side="left")
    upto = np.searchsorted(ordered, worse, side="right")
    return float(np.mean((below + upto) / 2) / len(ordered))


def _curve(said: Answers) -> dict[str, object]:
    """False alarms against recall over all thresholds, and where the default stands."""
    harmless, worse = _harmless(said), _worse(said)
    told = [a for a in CURVE if a * len(harmless) >= 1]
    found = [_mean(worse > threshold_of(harmless, a)) for a in told]
    none, hurt = _flags(said)
    default = (_mean(said.alarm[none, -1]), _mean(said.alarm[hurt, -1]))
    return {"alarms": told, "found": found, "default": default}


def _flags(said: Answers) -> tuple[Flags, Flags]:
    none = np.array([f.truth is Truth.HARMLESS for f in said.facts], bool)
    hurt = np.array([f.family in LIMITED for f in said.facts], bool)
    return none, hurt


def _harmless(said: Answers) -> Floats:
    return np.asarray(said.score[_flags(said)[0], -1])


def _worse(said: Answers) -> Floats:
    return np.asarray(said.score[_flags(said)[1], -1])


def _family(said: Answers, name: str) -> Flags:
    return np.array([f.family == name for f in said.facts], bool)


def _mean(flags: Flags) -> float:
    return float(flags.mean()) if len(flags) else float("nan")
