"""Shares have honest intervals, and what is proposed follows from what was seen."""

import numpy as np
import pytest

from shipwake.backtest.advice import CAUTIONS, UNASKED, caution, in_time, notice, rounded, written
from shipwake.backtest.portion import portion
from shipwake.backtest.sight import AFTER, summary
from shipwake.backtest.step import Ruler
from shipwake.config import parse
from shipwake.domain import Better, Samples, Sli, SliKind
from tests.backtest.made import START
from tests.flow.town import MINUTE

LATENCY = Sli(name="latency", better=Better.LOWER, unit="ms")
ERRORS = Sli(name="errors", kind=SliKind.RATIO, better=Better.LOWER, unit="%")


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (1, 10, 0.0179, 0.4042),
        (5, 500, 0.0043, 0.0232),
        (50, 50, 0.9287, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_wilsons(count: int, of: int, low: float, high: float) -> None:
    """The bounds are those of Wilson's score interval, and nothing of nothing may be anything."""
    found = portion(count, of)

    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_calm_team_keeps_the_default() -> None:
    """At twenty changes a month and no false message at 500 moments the default is left."""
    found = caution(0.01, 20.0, np.ones(500))

    assert found.caution == 0.01
    assert found.false_now == pytest.approx(0.4)


def test_a_busy_team_is_told_to_be_more_careful() -> None:
    """At two hundred changes a month the default brings four false messages, and 0.2 % less than one."""
    found = caution(0.01, 200.0, np.ones(500))

    assert found.false_now == pytest.approx(4.0)
    assert found.caution == 0.002
    assert found.false_then < 1


def test_what_was_brought_counts_more_than_what_is_allowed() -> None:
    """Where one moment in ten is called something down to a caution of 0.15 %, only less than that is proposed."""
    least = np.where(np.arange(500) % 10 == 0, 0.0015, 1.0)
    found = caution(0.01, 20.0, least)

    assert found.false_now == pytest.approx(2.0)
    assert found.caution == 0.001


def test_where_nothing_is_enough_it_says_so() -> None:
    """A hundred thousand changes a month have more than one false message at any setting."""
    found = caution(0.01, 1e5, np.ones(500))

    assert found.caution == CAUTIONS[-1]
    assert found.false_then > 1
    assert "still more than one" in found.why


@pytest.mark.parametrize(
    ("size", "said"),
    [(0.137, "0.15"), (1.0, "1"), (8.2, "10"), (23.1, "25"), (61.0, "80"), (4321.0, "5000"), (0.00041, "0.0005")],
)  # fmt: skip
def test_sizes_are_rounded_up_to_what_people_say(size: float, said: str) -> None:
    """No proposal is smaller than what was seen, and each is a number one would say."""
    assert written(rounded(size)) == said


def _ruler(sli: Sli) -> Ruler:
    values = np.full((60, sli.columns), 100.0)
    return Ruler.of(sli, Samples.of(START, MINUTE, values))


def test_a_past_of_days_tells_no_month() -> None:
    """Changes that cannot be made a monthly rate are called what they are."""
    assert "a month" in caution(0.01, 200.0, np.ones(500)).why
    short = caution(0.01, 200.0, np.ones(500), month=False).why
    assert short == "the largest setting with less than one false message in so many changes"


def test_without_a_change_no_number_of_messages_is_claimed() -> None:
    """Where no change is known the default is left, and it is not said to bring few."""
    found = caution(0.01, 0.0, np.zeros(500))

    assert (found.caution, found.false_now) == (0.01, 0.0)
    assert found.why == UNASKED


@pytest.mark.parametrize(("sli", "level"), [(LATENCY, 212.0), (ERRORS, 0.01)])
def test_a_notice_can_be_read_where_it_is_written(sli: Sli, level: float) -> None:
    """What is proposed is a `notice` that the configuration takes, of at least the size that was seen."""
    ruler = _ruler(sli)
    seen = summary(ruler, 60.0, [(None, 45, 40)] * 20, [level] * 20)
    kind = "kind: ratio, " if sli.kind is SliKind.RATIO else ""
    text = notice(ruler, seen)
    (read,) = parse(
        f'slis: [{{name: x, {kind}unit: "{sli.unit}", notice: "{text}"}}]', name="x", environ={}
    ).slis
    size = seen[1].size
    assert size is not None

    if sli is LATENCY:
        assert read.notice.relative is not None
        assert read.notice.relative * level >= size > 0.5 * read.notice.relative * level
    else:
        assert read.notice.absolute is not None
        assert read.notice.absolute >= size > 0.5 * read.notice.absolute


@pytest.mark.parametrize(
    ("unit_s", "place"), [(1.0, 60), (15.0, 60), (60.0, 15), (300.0, 5), (3600.0, 5)]
)
def test_what_is_proposed_is_seen_within_a_quarter_of_an_hour(unit_s: float, place: int) -> None:
    """Of samples of seconds the sixtieth comes in time too; of hours not even the fifth, which counts then."""
    found = in_time(summary(_ruler(LATENCY), unit_s, [(30, 20, 10)], [100.0]))

    assert found is not None
    assert found.samples == place
    assert in_time(()) is None


def test_nobody_is_told_to_wait_for_a_disaster() -> None:
    """Where only a doubled latency or ten points of errors are seen in time, `notice` is left to the judge."""
    for sli, small, large in ((LATENCY, 0.9, 1.1), (ERRORS, 0.045, 0.06)):
        ruler = _ruler(sli)
        said = []
        for size in (small, large):
            place = int(np.searchsorted(ruler.sizes, size)) - 1
            said.append(notice(ruler, summary(ruler, 60.0, [(place,) * 3], [100.0])))
        assert said[0]
        assert not said[1], said


def test_the_size_is_what_four_of_five_moments_saw() -> None:
    """Of ten moments the eighth counts; where it saw nothing, there is no size and no proposal."""
    ruler = _ruler(LATENCY)
    rungs = [(None if i >= 7 else i, i, 0) for i in range(10)]
    first, second, third = summary(ruler, 60.0, rungs, [100.0] * 10)

    assert (first.size, notice(ruler, (first,))) == (None, "")
    assert second.size == pytest.approx(100 * ruler.sizes[7])
    assert third.relative == pytest.approx(ruler.sizes[0])
    assert [s.after_s for s in (first, second, third)] == [60.0 * n for n in AFTER]
    assert first.largest == pytest.approx(100 * ruler.sizes[-1])
