"""Recovered means that what was wrong would have shown again, and did not."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shipwake.domain import Assessment, Better, Floats, Health, Look, Reason, Samples, Sli, SliKind
from shipwake.judge import assess, learn, level
from shipwake.judge.recovery import recovered
from tests.judge.cases import gauge, learned, noisy

ANCHOR = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ERRORS = Sli(name="shop errors", kind=SliKind.RATIO, better=Better.LOWER, unit="%", step=SECOND)


def _counts(rng: np.random.Generator, shares: Floats) -> Floats:
    total = rng.poisson(12, len(shares))
    return np.column_stack([rng.binomial(total, shares), total]).astype(np.float64)


def _last(seed: int, shares: list[float]) -> list[Assessment]:
    """Every look, each fifth second, at a service that fails with these shares after the change."""
    rng = np.random.default_rng(seed)
    past = Samples.of(ANCHOR - 1800 * SECOND, SECOND, _counts(rng, np.full(1800, 0.0005)))
    normal = learn(ERRORS, past, ANCHOR, (), unit_s=1)
    after = Samples.of(ANCHOR, SECOND, _counts(rng, np.array(shares)))
    looks = []
    for number, m in enumerate(range(5, len(shares) + 1, 5), 1):
        due = ANCHOR + m * SECOND
        look = Look(change="c", sli=ERRORS.name, number=number, due=due, anchor=ANCHOR)
        looks.append(assess(normal, after.between(ANCHOR, due), look, level([normal], 0.01)))
    return looks


@pytest.mark.parametrize("seed", range(1, 9))
def test_rare_failures_that_go_on_are_no_recovery(seed: int) -> None:
    """Three failures in a hundred requests, a few seconds without one: that is not back to normal."""
    looks = _last(seed, [0.03] * 120)
    hurt = [i for i, a in enumerate(looks) if a.health.hurts]
    assert hurt
    assert not [a.at for a in looks[hurt[0] :] if a.reason is Reason.RECOVERED]


@pytest.mark.parametrize("seed", [1, 2])
def test_failures_that_end_are_a_recovery(seed: int) -> None:
    """Once they stopped for as long as they lasted, the indicator is healthy again, and says why."""
    last = _last(seed, [0.05] * 60 + [0.0005] * 90)[-1]
    assert (last.health, last.reason) == (Health.HEALTHY, Reason.RECOVERED)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_recovery_is_not_forgotten_while_the_watch_goes_on(seed: int) -> None:
    """Twenty minutes after failures ended the indicator is healthy, whatever rare one came in between."""
    shares = [0.03] * 110 + [0.0005] * 1100
    shares[700] = 0.5
    last = _last(seed, shares)[-1]
    assert (last.health, last.reason) == (Health.HEALTHY, Reason.RECOVERED)


def test_what_has_not_moved_has_not_gone_back() -> None:
    """A gauge that stays where the alarm was raised is no recovery, even where levels as far are not rare."""
    model = learned(gauge(), noisy(3)).model
    assert model is not None
    far = 0.9 * model.straying.at(60)[2]
    noise = 0.05 * np.random.default_rng(1).standard_normal(120)
    stays = far + noise
    ends = np.where(np.arange(120) < 40, far, 0.0) + noise
    ok = np.ones(120, np.bool_)

    assert recovered(stays, ok, model.straying, 1, 0) is None
    assert recovered(ends, ok, model.straying, 1, 0) is not None
