"""One learning for the moments of a day or two: each is told by all that precedes it, and was in no history."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

import numpy as np

from shipwake.domain import Floats, Samples, Sli, SliKind, utc
from shipwake.judge.forecast import forecast, level_before
from shipwake.judge.learn import FEATURE_FAR, learn
from shipwake.judge.moments import HORIZON, Index, placebos
from shipwake.judge.normal import Before, Model, Normal
from shipwake.judge.past import Past, ledger
from shipwake.judge.readings import Readings, readings
from shipwake.judge.refusal import Refusal
from shipwake.judge.rhythm import rhythm
from shipwake.judge.scale import local_scale
from shipwake.judge.season import DAY_S
from shipwake.judge.series import MOST, Series, on_grid, prepare
from shipwake.judge.windows import Running, carried, median_of_three


def learn_onward(
    sli: Sli, samples: Samples, anchors: Sequence[datetime], past: Sequence[Past], *, unit_s: float
) -> list[Normal | None]:
    """The normal at each of `anchors` (ascending), of which only the first is learned for.

    The rhythm, the weights of the forecast and of the local scale, and what the statistics do when nothing changes,
    are as they were at the first. Level, forecast and scale are told anew, from the samples before each anchor.
    `samples` are those before the last one, a slot for each unit; `past` are the changes before the first, of whose
    harm nothing more may become known in between.

    None for an anchor that needs a learning of its own: under a harm that goes on, where nothing came in the hour
    before it, and where few units make a day.
    """
    first, later = anchors[0], anchors[1:]
    begun = learn(sli, samples.between(first - MOST, first), first, past, unit_s=unit_s)
    lent = None
    if later and begun.model is not None:
        lent = _Lent.of(sli, samples, anchors, past, begun.unit_s)
    if lent is None or begun.model is None:
        return [begun, *(None for _ in later)]
    told = _told(begun.model, lent)
    return [
        begun,
        *(
            _moved(begun, told[i], lent, i, at) if lent.heard(i) else None
            for i, at in enumerate(later)
        ),
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Lent:
    """The history of the first anchor, `series` [n], and beside it the readings [n + …] up to the last anchor.

    `at` are the slots of the later anchors. `calm` weighs what may teach them, as in the series.
    """

    series: Series
    read: Readings
    calm: Floats
    at: Index

    @classmethod
    def of(
        cls,
        sli: Sli,
        samples: Samples,
        anchors: Sequence[datetime],
        past: Sequence[Past],
        unit_s: float,
    ) -> Self | None:
        """None where the later anchors need a learning of their own."""
        first, last = anchors[0], anchors[-1]
        if sli.detector or 2 * HORIZON * unit_s > DAY_S or abs(samples.step_s - unit_s) > 1e-6:
            return None
        before = on_grid(sli, samples.between(first - MOST, first), first, unit_s)
        series = prepare(sli, before, readings(before, sli.kind), first, past)
        if isinstance(series, Refusal) or series.past.ongoing < len(series):
            return None
        begun = samples.index(first)
        beside = Samples(
            before.t0_s,
            unit_s,
            np.concatenate([before.values, samples.values[begun : samples.index(last)]]),
            np.concatenate([before.states, samples.states[begun : samples.index(last)]]),
            samples.missing,
        )
        read = readings(beside, sli.kind)
        harm = ledger(past, before.t0_s, unit_s, len(read), utc(first).timestamp()).harm
        weight = read.totals if sli.kind is SliKind.RATIO else read.ok.astype(np.float64)
        slots = [len(before) + samples.index(at) - begun for at in anchors[1:]]
        return cls(series, read, np.where(harm, 0.0, weight), np.array(slots, dtype=np.int64))

    def heard(self, i: int) -> bool:
        """Whether anything came in the hour before a later anchor: else nothing is known there."""
        at = int(self.at[i])
        return bool(self.read.answered[at - HORIZON : at].any())


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What is told anew at one anchor; see `Model`."""

    expected: Floats
    level: float
    sigma: float


def _told(model: Model, lent: _Lent) -> list[_Told]:
    """The same steps as `learn` takes, on a series that goes on after its history; no target lies there."""
    series, unit_s, n = lent.series, lent.series.unit_s, len(lent.series)
    moments = placebos(series.read.answered, series.past)
    if moments is None:
        raise ValueError(model)
    x = carried(series.transform.forward(lent.read.values), lent.read.ok)
    far = np.clip(x, -FEATURE_FAR, FEATURE_FAR)
    within, ahead = rhythm(far[:n], series.calm, unit_s, moments)
    recurring = np.concatenate([within, ahead.at(np.arange(len(x) - n), unit_s)])
    smooth = far - recurring
    ratio = model.noise is not None
    if not ratio:
        smooth = median_of_three(smooth)
    calm = Running.of(smooth, lent.calm)
    targets = np.zeros(len(x) + HORIZON)
    targets[:n] = series.x - within
    foretold = forecast(
        targets, calm, calm, moments, lent.at, round(DAY_S / unit_s), middle=not ratio
    )
    sigma = np.ones(len(lent.at))
    if not ratio:
        ok = series.read.ok[moments.at + np.arange(HORIZON)[:, None]]
        residuals = foretold.residuals * ok
        _, sigma = local_scale(residuals, calm, moments, lent.at, unit_s)
    levels = level_before(calm, lent.at)
    # Where targets are zero, what is left of them is the forecast with its sign turned.
    return [
        _Told(expected=-foretold.past[:, i], level=float(levels[i]), sigma=float(sigma[i]))
        for i in range(len(lent.at))
    ]


def _moved(begun: Normal, told: _Told, lent: _Lent, i: int, anchor: datetime) -> Normal:
    model = begun.model
    if model is None:
        raise ValueError(begun)
    slots = int(lent.at[i]) - len(lent.series)
    return replace(
        begun,
        anchor_s=utc(anchor).timestamp(),
        before=_before(lent, int(lent.at[i])),
        model=replace(
            model,
            rhythm=replace(model.rhythm, begun=slots),
            expected=told.expected,
            level=told.level,
            sigma=told.sigma,
        ),
    )


def _before(lent: _Lent, at: int) -> Before:
    read, hour = lent.read, slice(at - HORIZON, at)
    ok = read.ok[hour]
    weight = read.totals[hour] if len(read.totals) else ok.astype(np.float64)
    total = float(weight.sum())
    return Before(
        t0_s=lent.series.t0_s + (at - HORIZON) * lent.series.unit_s,
        values=np.where(ok, read.values[hour], np.nan),
        totals=read.totals[hour].copy(),
        mean=float(np.sum(read.values[hour] * weight) / total) if total > 0 else None,
    )
