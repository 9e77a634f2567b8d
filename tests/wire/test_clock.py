"""A clock that agrees with one that all share: alone where the two nearly agree, put right where they do not."""

from datetime import UTC, datetime, timedelta

import pytest

from shipwake.wire.clock import Agreed, ManualClock

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
HOUR, SECOND, NO_TIME = timedelta(hours=1), timedelta(seconds=1), timedelta(0)


@pytest.mark.parametrize("off", [HOUR, -HOUR, 2 * SECOND])
def test_a_clock_that_is_wrong_is_put_right(off: timedelta) -> None:
    """What it says afterwards is what the shared clock says, and it says by how much it was off, once."""
    own = ManualClock(NOON)
    clock = Agreed(own)

    stale = [clock.stale]
    assert clock.heard(NOON + off, NO_TIME) == off
    stale.append(clock.stale)
    assert stale == [True, False]
    assert clock.now() == NOON + off
    assert clock.heard(NOON + off, NO_TIME) is None


@pytest.mark.parametrize(
    ("off", "took"), [(SECOND / 2, NO_TIME), (3 * SECOND, 5 * SECOND), (-SECOND, NO_TIME)]
)
def test_clocks_that_may_agree_are_left_alone(off: timedelta, took: timedelta) -> None:
    """Less than a second, or than half of what asking took, is no disagreement."""
    clock = Agreed(ManualClock(NOON))

    assert clock.heard(NOON + off - took / 2, took) is None
    assert clock.now() == NOON


def test_a_clock_that_was_set_right_runs_by_itself() -> None:
    """Where somebody sets the machine's own clock right, ours is no longer put right."""
    own = ManualClock(NOON)
    clock = Agreed(own)
    clock.heard(NOON + HOUR, NO_TIME)
    own.advance(HOUR)

    assert clock.heard(NOON + HOUR, NO_TIME) == NO_TIME
    assert clock.now() == NOON + HOUR
