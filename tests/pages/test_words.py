"""What pages do to text: escape it, mark up its times, and turn a view into the same JSON."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shipwake.domain import Health
from shipwake.web.pages import prose, times
from shipwake.web.pages.twin import twin
from tests.pages.scene import AT, NASTY


def test_times_in_our_words_are_marked_up() -> None:
    """A time of day in a sentence becomes a time element of the instant it means."""
    said = str(times.timed("since 10:01, next look 10:30:15", AT))

    assert 'datetime="2026-03-02T10:01:00Z"' in said
    assert 'datetime="2026-03-02T10:30:15Z"' in said


def test_a_time_means_the_nearest_day() -> None:
    """Just after midnight a late time is yesterday's; just before it an early one is tomorrow's."""
    midnight = datetime(2026, 3, 2, 0, 5, tzinfo=UTC)

    assert "2026-03-01T23:58" in times.timed("since 23:58", midnight)
    assert "2026-03-02T00:20" in times.timed("next 00:20", midnight - timedelta(minutes=10))


@pytest.mark.parametrize("text", ["1:2", "24:10", "12:345", "v1.2:30", "10:00:99"])
def test_what_is_no_time_stays(text: str) -> None:
    """Ratios, versions and impossible times are left alone."""
    assert "<time" not in times.timed(text, AT)


def test_marking_up_escapes_first() -> None:
    """Whatever filter a sentence goes through, its own angle brackets stay words."""
    said = times.timed(prose.arrows(f"{NASTY} 1 → 2 % at 10:01"), AT)

    assert "<script" not in said
    assert "<b>1 → 2 %</b>" in said


def test_the_word_is_coloured_once() -> None:
    """Only the verdict's word itself is coloured, and only where it first stands."""
    said = prose.worded("unhealthy: the unhealthy one", "unhealthy")

    assert said.count("<span") == 1
    assert said.startswith('<span class="unhealthy">unhealthy</span>')


def test_settings_in_errors_are_code() -> None:
    """What stands between backticks is set as code, and nothing in it becomes markup."""
    said = prose.coded("set `to` of this channel, not `<b>`")

    assert said == "set <code>to</code> of this channel, not <code>&lt;b&gt;</code>"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("no answer", "no answer."), ("is it running?", "is it running?"), ("it is. ", "it is.")],
)
def test_words_of_others_end_as_a_sentence(words: str, sentence: str) -> None:
    """Another system's words get one mark at their end."""
    assert prose.ended(words) == sentence


def test_a_unitless_arrow_takes_no_word_along() -> None:
    """What follows from and to is bold only where it is a unit."""
    assert prose.arrows("0.5 → 4 since 10:01").startswith("<b>0.5 → 4</b> since")


@dataclass(frozen=True)
class _View:
    word: Health
    at: datetime
    values: object
    missing: float | None = None


def test_the_twin_keeps_gaps_and_zeros_apart() -> None:
    """In JSON a gap is null and zero is zero; instants are RFC 3339, words their text."""
    view = _View(word=Health.AILING, at=AT, values=np.array([0.0, np.nan, 2.5]))

    assert twin(view) == {
        "word": "ailing", "at": "2026-03-02T10:00:00Z", "values": [0.0, None, 2.5], "missing": None
    }  # fmt: skip


def test_the_twin_refuses_what_it_does_not_know() -> None:
    """A view may hold only values that JSON can say."""
    with pytest.raises(TypeError, match="a view may not hold"):
        twin(object())
