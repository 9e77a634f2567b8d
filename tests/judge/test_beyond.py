"""A move far beyond all that was seen is found, however restless the past was."""

from datetime import UTC, datetime, timedelta

import numpy as np

from shipwake.domain import Better, Floats, Health, Look, Samples, Sli
from shipwake.judge import Past, assess, learn, level

ANCHOR = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MEMORY = Sli(name="shop memory", better=Better.LOWER, unit="MiB", step=SECOND)


def _usual(start: int, count: int, seed: int) -> Floats:
    """Memory that creeps up by a MiB or so and falls again, with a little noise."""
    noise: Floats = 0.05 * np.random.default_rng(seed).standard_normal(count)
    return 67 + noise + 1.5 * np.sin(np.arange(start, start + count) / 170) ** 9


def _word(after: Floats) -> Health:
    history = Samples.of(ANCHOR - 1800 * SECOND, SECOND, _usual(0, 1800, 11))
    normal = learn(MEMORY, history, ANCHOR, (), unit_s=1)
    due = ANCHOR + len(after) * SECOND
    look = Look(change="c", sli="shop memory", number=1, due=due, anchor=ANCHOR)
    return assess(normal, Samples.of(ANCHOR, SECOND, after), look, level([normal], 0.0025)).health


def test_forty_percent_more_memory_is_seen_within_a_minute() -> None:
    """Memory that jumps by 40 % hurts, though it crept and fell by two MiB many times before."""
    assert _word(27 + _usual(1800, 60, 12)).hurts


def test_the_usual_creep_is_none() -> None:
    """What the past did again and again is healthy."""
    assert _word(_usual(1800, 60, 13)) is Health.HEALTHY


def test_a_burst_is_no_far_move() -> None:
    """Three samples of any height do not make a move."""
    samples = _usual(1800, 60, 14)
    samples[20:23] = 900
    assert not _word(samples).hurts


def test_a_long_watch_of_a_service_with_habits_is_judged_to_its_end() -> None:
    """Beyond the first sixty samples a look is still answered, where every change lowers memory for good."""
    past = _usual(0, 1800, 15)
    earlier = [Past(at=ANCHOR - (1700 - 200 * k) * SECOND) for k in range(8)]
    for k in range(8):
        past[100 + 200 * k :] -= 1.0
    history = Samples.of(ANCHOR - 1800 * SECOND, SECOND, past)
    normal = learn(MEMORY, history, ANCHOR, earlier, unit_s=1)
    after = Samples.of(ANCHOR, SECOND, _usual(1800, 200, 16) - 9)
    look = Look(change="c", sli="shop memory", number=1, due=ANCHOR + 200 * SECOND, anchor=ANCHOR)
    assert assess(normal, after, look, level([normal], 0.0025)).health is Health.HEALTHY


def test_habits_of_uncertain_size_hide_no_far_move() -> None:
    """Deploys that dip by 2 to 20 MiB and come back do not excuse one that adds 27 MiB for good."""
    past = _usual(0, 1800, 17)
    starts = range(100, 1700, 200)
    for k, start in enumerate(starts):
        past[start : start + 45] -= (2, 8, 20)[k % 3] * np.linspace(1, 0, 45)
    earlier = [Past(at=ANCHOR - (1800 - start) * SECOND) for start in starts]
    history = Samples.of(ANCHOR - 1800 * SECOND, SECOND, past)
    normal = learn(MEMORY, history, ANCHOR, earlier, unit_s=1)
    after = Samples.of(ANCHOR, SECOND, _usual(1800, 30, 18) + 27)
    look = Look(change="c", sli="shop memory", number=1, due=ANCHOR + 30 * SECOND, anchor=ANCHOR)
    assert assess(normal, after, look, level([normal], 0.0025)).health.hurts


def _stairs(count: int, seed: int) -> Floats:
    """Memory that stands still to the byte, and now and then takes a fraction of a MiB more."""
    rng = np.random.default_rng(seed)
    steps = [abs(rng.normal(0, 0.2)) if rng.random() < 0.005 else 0.0 for _ in range(count)]
    return np.asarray(87 + np.cumsum(steps))


def test_a_jump_from_a_standstill_is_told_from_the_usual_steps() -> None:
    """Where memory mostly stands still, 22 MiB more hurts, and the steps that it always made do not."""
    words = []
    for jump in (22.0, 0.0):
        series = _stairs(1860, 2)
        history = Samples.of(ANCHOR - 1800 * SECOND, SECOND, series[:1800])
        normal = learn(MEMORY, history, ANCHOR, (), unit_s=1)
        look = Look(change="c", sli="m", number=1, due=ANCHOR + 60 * SECOND, anchor=ANCHOR)
        after = Samples.of(ANCHOR, SECOND, series[1800:] + jump)
        words.append(assess(normal, after, look, level([normal], 0.0025)).health)

    assert words[0].hurts
    assert words[1] is Health.HEALTHY


def test_few_large_steps_do_not_hide_one_six_times_as_large() -> None:
    """After half an hour that stood still but for steps of up to 4 MiB, 26 more hurt; no less than 4 is promised."""
    past = np.full(1800, 87.8)
    for start, level_mib in ((420, 83.9), (1140, 86.6), (1620, 87.8)):
        past[start:] = level_mib
    past += 0.02 * np.random.default_rng(5).standard_normal(1800)
    normal = learn(MEMORY, Samples.of(ANCHOR - 1800 * SECOND, SECOND, past), ANCHOR, (), unit_s=1)
    look = Look(change="c", sli="m", number=1, due=ANCHOR + 60 * SECOND, anchor=ANCHOR)
    words = [
        assess(
            normal,
            Samples.of(ANCHOR, SECOND, np.full(60, 87.8 + more)),
            look,
            level([normal], 0.0025),
        )
        for more in (26.0, 0.0)
    ]

    assert words[0].health.hurts
    assert words[1].health is Health.HEALTHY
    assert words[1].noticeable is not None
    assert 4 < words[1].noticeable < 26
