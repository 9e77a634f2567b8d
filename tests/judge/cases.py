"""Made-up series for the judge's properties: a noisy day in minutes, judged after a change."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from shipwake.domain import Assessment, Better, Floats, Look, Samples, Sli, SliKind
from shipwake.judge import Level, Normal, Past, assess, learn, level

ANCHOR = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
STEP = timedelta(minutes=1)
HISTORY = 2 * 1440
WATCHED = 60
LEVEL = Level(early=0.005, later=0.001)


def gauge(better: Better = Better.LOWER) -> Sli:
    """An indicator of a single number."""
    return Sli(name="latency", better=better, unit="ms", step=STEP)


def ratio(*, good: bool = False) -> Sli:
    """An indicator of two counts: bad (or good) ones of all."""
    better = Better.HIGHER if good else Better.LOWER
    return Sli(name="errors", kind=SliKind.RATIO, better=better, good=good, unit="%", step=STEP)


def number() -> Sli:
    """An indicator that counts, without a total to count of."""
    return Sli(name="refunds", kind=SliKind.COUNT, better=Better.LOWER, unit="refunds", step=STEP)


def noisy(seed: int, count: int = HISTORY + WATCHED) -> Floats:
    """A level of 100 that wanders a little, with noise whose neighbours are alike."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(count)
    for k in range(1, count):
        noise[k] += 0.6 * noise[k - 1]
    return np.asarray(100 + 4 * noise)


def counted(seed: int, rate: float = 0.01, count: int = HISTORY + WATCHED) -> Floats:
    """Bad ones and all of about 200 a minute: [count, 2]."""
    rng = np.random.default_rng(seed)
    total = rng.poisson(200, count)
    return np.stack([rng.binomial(total, rate), total], axis=1).astype(np.float64)


def learned(sli: Sli, series: Floats, past: Sequence[Past] = ()) -> Normal:
    """The normal of all but the last sixty samples."""
    history = Samples.of(ANCHOR - HISTORY * STEP, STEP, series[:HISTORY])
    return learn(sli, history, ANCHOR, past, unit_s=60)


def judged(normal: Normal, after: Floats, held: Level = LEVEL) -> Assessment:
    """What a look finds in the samples after the anchor."""
    due = ANCHOR + len(after) * STEP
    look = Look(change="c", sli=normal.sli.name, number=1, due=due, anchor=ANCHOR)
    return assess(normal, Samples.of(ANCHOR, STEP, after), look, held)


def found(sli: Sli, series: Floats, move: float = 0.0) -> Assessment:
    """Learn, then judge the last sixty samples, moved by `move`."""
    return judged(learned(sli, series), series[HISTORY:] + move)


def level_of(normals: Sequence[Normal], caution: float) -> Level:
    """The level of a change that has these indicators."""
    return level(normals, caution)


def mixed() -> list[tuple[Sli, Floats]]:
    """Indicators of every sort, each with its series."""
    shares = counted(7)
    return [
        (gauge(), noisy(1)),
        (gauge(Better.EITHER), 0.1 * noisy(2)),
        (gauge(Better.HIGHER), np.exp(0.02 * noisy(3))),
        (ratio(), shares),
        (ratio(good=True), np.stack([shares[:, 1] - shares[:, 0], shares[:, 1]], axis=1)),
        (number(), shares[:, 1]),
    ]


def answer(sli: Sli, series: Floats) -> bytes:
    """All that is learned of a series and said of its last sixty samples."""
    normal = learned(sli, series)
    return bits(normal) + bits(judged(normal, series[HISTORY:]))


def bits(thing: object) -> bytes:
    """All that a value holds, to the last bit of its numbers."""
    if isinstance(thing, np.ndarray):
        return f"{thing.dtype}{thing.shape}".encode() + thing.tobytes()
    if is_dataclass(thing):
        return b"".join(f.name.encode() + bits(getattr(thing, f.name)) for f in fields(thing))
    return repr(thing).encode()


def unsound(word: Assessment) -> list[str]:
    """The names of the fields that hold a number that is none; a gap is NaN only among the samples."""
    found = list(_not_numbers("", word))
    shown = word.evidence
    if shown is None:
        return [*found, "evidence"]
    for name, band in (("low", shown.low), ("high", shown.high)):
        if np.isnan(band).any() and not np.isnan(band).all():
            found.append(f"evidence.{name}")
    return found


def _not_numbers(name: str, thing: object) -> Iterator[str]:
    if isinstance(thing, float):
        if not math.isfinite(thing):
            yield name
    elif isinstance(thing, np.ndarray):
        if np.isinf(thing).any():
            yield name
    elif is_dataclass(thing):
        for f in fields(thing):
            yield from _not_numbers(f"{name}.{f.name}".lstrip("."), getattr(thing, f.name))
