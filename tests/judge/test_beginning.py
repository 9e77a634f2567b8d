"""Where an indicator's samples begin is where its history begins, however far back one asks."""

from datetime import UTC, datetime, timedelta

import numpy as np

from shipwake.domain import Better, Reason, Samples, Sli
from shipwake.judge import learn

ANCHOR = datetime(2026, 3, 2, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY, FOUR_WEEKS = 24 * 60, 28 * 24 * 60


def test_weeks_without_any_sample_take_nothing_away() -> None:
    """A day of samples teaches the same whether the four weeks before it are asked for or not."""
    drawn = np.random.default_rng(1).normal(200, 6, DAY)
    padded = np.concatenate([np.full(FOUR_WEEKS - DAY, np.nan), drawn])
    sli = Sli(name="checkout p95", better=Better.LOWER)
    asked = Samples.of(ANCHOR - FOUR_WEEKS * MINUTE, MINUTE, padded)
    own = Samples.of(ANCHOR - DAY * MINUTE, MINUTE, drawn)

    learned = [learn(sli, samples, ANCHOR, (), unit_s=60) for samples in (asked, own)]
    models = [normal.model for normal in learned]

    assert [normal.reason for normal in learned] == [Reason.NORMAL, Reason.NORMAL]
    assert models[0] is not None
    assert models[1] is not None
    assert np.array_equal(models[0].moments_s, models[1].moments_s)
