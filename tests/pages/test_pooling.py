"""Where each sample holds a few requests, a chart adds their counts: nothing is lost, smoothed or called normal."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from shipwake.domain import Assessment, Band, Better, Evidence, Floats, Look, Samples, Sli, SliKind
from shipwake.judge import assess, learn
from shipwake.web.pages import change, table
from shipwake.web.pages.plots import plot_of
from shipwake.web.pages.pooling import pooled
from tests.judge.cases import ANCHOR, LEVEL
from tests.pages.scene import SLIS, deploy, material, moved

SECOND = timedelta(seconds=1)
ERRORS = Sli(name="checkout errors", kind=SliKind.RATIO, unit="%", better=Better.LOWER, step=SECOND)
GOOD = replace(ERRORS, better=Better.HIGHER, good=True)
HISTORY, WATCHED = 1200, 60


def _judged(
    seed: int, before: float, after: float, sli: Sli = ERRORS, clump: float = 0.0
) -> Assessment:
    """A real look after a minute of about ten requests a second, failing by these shares; `clump` varies them."""
    rng = np.random.default_rng(seed)
    asked = rng.poisson(10, HISTORY + WATCHED)
    share = np.r_[np.full(HISTORY, before), np.full(WATCHED, after)]
    if clump:
        share = rng.beta(share / clump, (1 - share) / clump)
    failed = rng.binomial(asked, share)
    counted = np.stack([asked - failed if sli.good else failed, asked], axis=1).astype(float)
    past = Samples.of(ANCHOR - HISTORY * SECOND, SECOND, counted[:HISTORY])
    look = Look(change="d-1", sli=sli.name, number=1, due=ANCHOR + WATCHED * SECOND, anchor=ANCHOR)
    now = Samples.of(ANCHOR, SECOND, counted[HISTORY:])
    return assess(learn(sli, past, ANCHOR, (), unit_s=1), now, look, LEVEL)


def _drawn(a: Assessment, sli: Sli = ERRORS) -> Evidence:
    found = pooled(a, sli)
    assert found is not None
    return found.evidence


def _outside(e: Evidence) -> Floats:
    """Whether each point after the change lies outside its band, where it has a value."""
    after = slice(e.before, None)
    values, low, high = e.values[after], e.low[after], e.high[after]
    known = np.isfinite(values)
    return ((values > high) | (values < low))[known].astype(float)


def _few(values: Floats, total: Floats, before: int) -> Assessment:
    """An assessment of these samples, a second apart, that expected 0.5 to 2 %."""
    nothing = np.full(len(values), np.nan)
    e = Evidence(
        t0_s=ANCHOR.timestamp() - before,
        step_s=1.0,
        before=before,
        values=values,
        total=total,
        low=nothing,
        high=nothing,
    )
    return replace(moved(), evidence=e, expected=Band(low=0.5, high=2.0))


def test_no_request_is_lost() -> None:
    """All requests and all failures of the samples are in the points, no point crosses the change."""
    rng = np.random.default_rng(1)
    total = rng.poisson(8, 107).astype(float)
    failed = rng.binomial(total.astype(int), 0.05)
    a = _few(np.divide(100.0 * failed, total, out=np.zeros(107), where=total > 0), total, 47)
    e = _drawn(a)

    assert e.step_s == 5.0
    assert e.t0_s + e.step_s * e.before == ANCHOR.timestamp()
    for part, whole in ((slice(e.before), slice(47)), (slice(e.before, None), slice(47, None))):
        assert e.total[part].sum() == total[whole].sum()
        counts = np.nansum(e.values[part] / 100 * e.total[part])
        assert counts == pytest.approx(failed[whole].sum())


def test_a_gap_stays_a_gap_and_zero_stays_zero() -> None:
    """A stretch of which most is missing has no value, one without a failure is zero, both unlike the other."""
    values, total = np.zeros(120), np.full(120, 8.0)
    values[84:96], total[84:96] = np.nan, np.nan
    e = _drawn(_few(values, total, 60))

    assert np.flatnonzero(np.isnan(e.values)).tolist() == [14, 15]
    assert set(e.values[np.isfinite(e.values)].tolist()) == {0.0}


def test_many_requests_are_drawn_as_they_came() -> None:
    """Where a sample holds enough requests by itself, its chart is the evidence and nothing else."""
    a = moved()
    found = pooled(a, SLIS["checkout errors"])

    assert found is not None
    assert (found.per, found.evidence) == (1, a.evidence)


@pytest.mark.parametrize(("sli", "clump"), [(ERRORS, 0.0), (ERRORS, 0.05), (GOOD, 0.0)])
def test_what_did_not_change_lies_inside(sli: Sli, clump: float) -> None:
    """Of the points of unchanged indicators at most one in twenty lies outside, clumped failures included."""
    drawn = [_drawn(_judged(seed, 0.01, 0.01, sli, clump), sli) for seed in range(12)]

    assert all(e.step_s > 1 for e in drawn)
    assert np.concatenate([_outside(e) for e in drawn]).mean() <= 0.05


def test_a_rise_can_be_seen() -> None:
    """A rise that a band of single seconds hides lies outside the band of the points, which is far narrower."""
    before, found = [], []
    for seed in range(6):
        a = _judged(seed, 0.01, 0.12)
        assert a.evidence is not None
        before.append(_outside(a.evidence).mean())
        found.append(_outside(_drawn(a)).mean())
        assert np.nanmedian(_drawn(a).high) < 0.4 * np.nanmedian(a.evidence.high)

    assert np.mean(found) > 0.6
    assert np.mean(before) < 0.3


def test_the_page_and_the_table_say_so() -> None:
    """Chart, caption and table are of the same points, and say what one is."""
    a = replace(_judged(3, 0.01, 0.12), change="d-1")
    slis = SLIS | {"checkout errors": ERRORS}
    view = change.build(material(assessments=[a], slis=slis))
    plot = plot_of(a, ERRORS, deploy(), [], name="x")
    rows = table.build(a, deploy(), ERRORS, [])

    assert view.lead is not None
    assert view.lead.plot is not None
    assert plot is not None
    assert "each point: all requests of 6 s" in view.lead.caption
    assert "each point: all requests of 6 s" in rows.sentence
    assert len(rows.rows) == len(plot.values) == len(view.lead.plot.values) == 20
