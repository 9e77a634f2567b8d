"""The level of a whole change: all its indicators together alarm as rarely as is asked for, and hardly more rarely."""

from functools import cache

import numpy as np
import pytest

from shipwake.domain import Floats, Samples
from shipwake.judge import Normal, learn, level
from tests.judge.cases import ANCHOR, STEP, gauge, judged
from tests.judge.many import FAMILIES, FUTURES, HISTORY, Family, draw, share, watches

TOGETHER = 5
CHANGES = 30


def _alike(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Shocks of which neighbours, five by five, have half in common."""
    own = rng.standard_normal(shape)
    rest = (shape[0], shape[1] // TOGETHER, *shape[2:])
    common = np.repeat(rng.standard_normal(rest), TOGETHER, axis=1)
    return np.asarray((own + common) / np.sqrt(2))


@cache
def _changes() -> list[tuple[list[Normal], Floats]]:
    """Changes of five indicators each: their normals, and their samples [5, FUTURES, 60]."""
    family = Family(gauge(), 0.6, _alike, FAMILIES["steady"].shown)
    histories, futures = draw(family, 9, CHANGES * TOGETHER)
    normals = [
        learn(gauge(), Samples.of(ANCHOR - HISTORY * STEP, STEP, x), ANCHOR, (), unit_s=60)
        for x in histories
    ]
    return [
        (normals[k : k + TOGETHER], futures[k : k + TOGETHER])
        for k in range(0, len(normals), TOGETHER)
    ]


@cache
def _least() -> list[Floats]:
    """The p-values of each change, [FUTURES, TOGETHER]: none depends on the level that is asked for."""
    return [
        np.array(
            [
                [judged(n, x[k]).p_worse for n, x in zip(normals, futures, strict=True)]
                for k in range(FUTURES)
            ]
        )
        for normals, futures in _changes()
    ]


@pytest.mark.parametrize("caution", [0.02, 0.1, 0.4])
def test_a_harmless_change_alarms_as_rarely_as_asked(caution: float) -> None:
    """Of changes of five indicators that move together four fifths of `caution` alarm early, give or take chance."""
    held = [level(normals, caution).early for normals, _ in _changes()]
    alarms = np.concatenate(
        [(p <= early).any(axis=1) for p, early in zip(_least(), held, strict=True)]
    )
    asked = 0.8 * caution
    spread = 4 * float(np.sqrt(asked * (1 - asked) / len(alarms)))

    assert asked / 4 - spread <= share(alarms) <= asked + spread


def test_many_times_the_same_is_one() -> None:
    """The same indicator ten times over asks for no more evidence than once."""
    one = watches("steady")[0].normal

    assert level([one] * 10, 0.01).early == pytest.approx(0.008, rel=0.1)


def test_what_moves_apart_shares_the_caution() -> None:
    """Ten that have nothing in common share what one may alarm, and their order does not matter."""
    apart = [w.normal for w in watches("steady")[:: 2 * FUTURES]][:10]

    assert level(apart, 0.01).early == pytest.approx(0.008 / 10, rel=0.15)
    assert level(apart[::-1], 0.01) == level(apart, 0.01)


def test_one_more_indicator_never_eases_the_level() -> None:
    """Each further indicator asks for as much evidence of every one, or more."""
    early = [level(normals[:k], 0.01).early for normals, _ in _changes()[:10] for k in range(1, 6)]
    held = np.array(early).reshape(10, 5)

    assert (np.diff(held, axis=1) <= 1e-12).all()
    assert (held[:, -1] >= 0.008 / TOGETHER - 1e-12).all()
