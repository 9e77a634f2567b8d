"""When to look: early and often, then later, again while it hurts, and never twice at one time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipwake.domain import Exposure, Schedule, next_look, planned

START = datetime(2026, 2, 3, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
PLAN = Schedule()
AT_ONCE = (Exposure(at=START, share=1.0),)
LATER = [timedelta(hours=4), timedelta(hours=24), timedelta(days=7)]

EXPOSURES = st.lists(
    st.integers(0, 3 * 24 * 60).map(lambda m: Exposure(at=START + m * MINUTE, share=0.5)),
    min_size=1,
    max_size=4,
).map(tuple)
SLOW = Schedule(unit=10 * MINUTE)
"""So slow that a day of hurting has few looks."""
STEPS = st.none() | st.integers(1, 3600).map(lambda s: timedelta(seconds=s))


def _walk(
    exposure: tuple[Exposure, ...], step: timedelta | None, *, hurting: bool, plan: Schedule = SLOW
) -> list[datetime]:
    """The due times of a whole watch."""
    dues: list[datetime] = []
    after = None
    while (look := next_look(plan, step, exposure, after=after, hurting=hurting)) is not None:
        after = look[0]
        dues.append(after)
        assert len(dues) < 5000, "the watch never ends"
    return dues


def test_looks_come_early_and_often_then_later() -> None:
    """After a change that is live at once, looks come at 3 to 60 minutes, then at 4 h, 24 h and 7 d."""
    looks = planned(PLAN, MINUTE, AT_ONCE)

    assert [(due - START) / MINUTE for due, _, later in looks if not later] == [
        3,
        5,
        8,
        12,
        20,
        30,
        45,
        60,
    ]
    assert [due - START for due, _, later in looks if later] == LATER


@pytest.mark.parametrize(
    ("step", "unit", "first"),
    [
        (timedelta(seconds=1), MINUTE, timedelta(minutes=3)),
        (timedelta(minutes=5), MINUTE, timedelta(minutes=15)),
        (None, MINUTE, timedelta(minutes=3)),
        (timedelta(seconds=1), timedelta(seconds=1), timedelta(seconds=3)),
    ],
)
def test_a_unit_is_at_least_a_step(
    step: timedelta | None, unit: timedelta, first: timedelta
) -> None:
    """Looks count steps of the SLI where these are longer than the unit."""
    assert planned(Schedule(unit=unit), step, AT_ONCE)[0][0] - START == first


def test_each_exposure_step_starts_the_early_looks_anew() -> None:
    """A step ends the early looks of the one before, and later looks count from the first."""
    ramp = (*AT_ONCE, Exposure(at=START + 10 * MINUTE, share=1.0))
    looks = planned(PLAN, MINUTE, ramp)
    first = [
        (due - START) / MINUTE for due, anchor, later in looks if anchor == START and not later
    ]
    second = [(due - START) / MINUTE for due, anchor, _ in looks if anchor == ramp[1].at]

    assert first == [3, 5, 8]
    assert second == [13, 15, 18, 22, 30, 40, 55, 70]
    assert [due - START for due, _, later in looks if later] == LATER


def test_what_never_went_live_is_not_looked_at() -> None:
    """Without exposure there is no look."""
    assert planned(PLAN, MINUTE, ()) == []
    assert next_look(PLAN, MINUTE, (), after=START, hurting=True) is None


def test_while_it_hurts_looks_come_every_five_units() -> None:
    """An SLI that hurts is seen every five units at least for two days, planned looks included, and on the eighth."""
    dues = _walk(AT_ONCE, MINUTE, hurting=True, plan=PLAN)
    apart = [
        b - a
        for start, end in ((0, 2), (7, 8))
        for a, b in pairwise(d for d in dues if start <= (d - START) / DAY <= end)
    ]

    assert max(apart) <= 5 * MINUTE
    assert [d for d in dues if 2 < (d - START) / DAY < 7] == []
    assert dues[-1] == START + 8 * DAY


@pytest.mark.parametrize("found", LATER)
def test_what_a_later_look_finds_is_seen_for_a_day(found: timedelta) -> None:
    """A harm that is first found after 4 h, 24 h or a week is seen every five units of the day after."""
    dues = [START + found]
    while (look := next_look(PLAN, MINUTE, AT_ONCE, after=dues[-1], hurting=True)) is not None:
        if look[2]:
            break
        dues.append(look[0])

    assert {b - a for a, b in pairwise(dues)} == {5 * MINUTE}
    planned_next = [x for x in LATER if x > found]
    assert dues[-1] - START >= min([found + DAY, *planned_next]) - 5 * MINUTE


@settings(max_examples=50)
@given(exposure=EXPOSURES, step=STEPS, hurting=st.booleans())
def test_time_moves_on_and_the_watch_ends(
    exposure: tuple[Exposure, ...], step: timedelta | None, hurting: bool
) -> None:
    """Each look comes after the one before it and after its own exposure step, and at last there is none."""
    dues = _walk(exposure, step, hurting=hurting)

    assert dues == sorted(set(dues))
    assert all(due > anchor for due, anchor, _ in planned(SLOW, step, exposure))
    assert dues[0] > min(e.at for e in exposure)


@settings(max_examples=50)
@given(exposure=EXPOSURES, step=STEPS)
def test_hurting_adds_looks_and_takes_none_away(
    exposure: tuple[Exposure, ...], step: timedelta | None
) -> None:
    """Every planned look is made, whether it hurts or not."""
    calm, hurting = _walk(exposure, step, hurting=False), _walk(exposure, step, hurting=True)

    assert calm == [due for due, _, _ in planned(SLOW, step, exposure)]
    assert set(calm) <= set(hurting)


@settings(max_examples=50)
@given(exposure=EXPOSURES, step=STEPS)
def test_a_look_judges_the_step_before_it(
    exposure: tuple[Exposure, ...], step: timedelta | None
) -> None:
    """An early look judges the newest exposure step, so that no step is judged by another's samples."""
    for due, anchor, later in planned(SLOW, step, exposure):
        newest = max(e.at for e in exposure if e.at < due)
        assert later or anchor == newest
