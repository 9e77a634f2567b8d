"""A filter lives in the address and nowhere else: what is read from it can be written back, and mistakes are told."""

from datetime import timedelta

import pytest

from shipwake.domain import BadInputError, ChangeKind, Health
from shipwake.web.pages import filters
from tests.pages.scene import AT


def test_an_address_is_read_whole() -> None:
    """Each parameter of the list becomes its part of the filter, and none is invented."""
    asked = filters.read(
        {"service": "checkout", "kind": "flag", "health": "ailing", "author": "Alice", "q": "carts", "since": "24h"}, AT
    )  # fmt: skip

    assert asked.wanted.kind is ChangeKind.FLAG
    assert asked.wanted.health is Health.AILING
    assert asked.wanted.text == "carts"
    assert asked.wanted.since == AT - timedelta(hours=24)
    assert asked.wanted.until is None


def test_an_address_keeps_the_other_filters() -> None:
    """Adding one filter keeps the rest, taking one away takes only that one, and both start at the first page."""
    asked = filters.read({"service": "checkout", "health": "ailing", "cursor": "x"}, AT)

    assert asked.url(kind="flag") == "/changes?service=checkout&health=ailing&kind=flag"
    assert asked.url(health="") == "/changes?service=checkout"


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ({"health": "sick"}, "unhealthy"),
        ({"kind": "rain"}, "deploy"),
        ({"since": "yesterday"}, "RFC 3339"),
    ],
)
def test_what_cannot_be_read_is_told(query: dict[str, str], allowed: str) -> None:
    """A word that is no filter is refused with what was read and what is allowed."""
    with pytest.raises(BadInputError) as told:
        filters.read(query, AT)

    assert next(iter(query.values())) in str(told.value)
    assert allowed in str(told.value)


def test_an_offset_survives_an_address() -> None:
    """A plus sign that was not encoded, and so arrives as a space, is still an offset."""
    asked = filters.read({"since": "2026-03-02T11:00:00 01:00"}, AT)

    assert asked.wanted.since == AT


@pytest.mark.parametrize(
    "said", ["09:30", "9:30", "2026-03-02T09:30:00Z", "2026-03-02T10:30:00+01:00"]
)
def test_a_time_can_be_searched_for(said: str) -> None:
    """A time in the search, of day or whole, shows the changes of the hour before it and just after."""
    asked = filters.read({"q": said}, AT)

    assert asked.wanted.text == ""
    assert asked.wanted.since == AT - timedelta(minutes=90)
    assert asked.wanted.until == AT - timedelta(minutes=15)


def test_a_time_to_come_was_yesterday() -> None:
    """A time of day later than now means yesterday's."""
    since = filters.read({"q": "10:01"}, AT).wanted.since

    assert since == AT + timedelta(minutes=1) - timedelta(days=1, minutes=60)


@pytest.mark.parametrize("said", ["#412", "2026", "99:99", "v1.10:30x", "2026-99-99T00:00:00Z"])
def test_other_words_are_searched_as_words(said: str) -> None:
    """What is no time is searched for as it was written."""
    asked = filters.read({"q": said}, AT)

    assert (asked.wanted.text, asked.wanted.since) == (said, None)


def test_a_held_filter_can_be_taken_away() -> None:
    """Each filter that holds shows as a chip whose address is the list without it."""
    asked = filters.read({"service": "checkout", "q": "a & b"}, AT)
    chips = {p.label: p.url for p in filters.active(asked)}

    assert chips == {"checkout": "/changes?q=a+%26+b", "“a & b”": "/changes?service=checkout"}


def test_only_words_that_occur_are_offered() -> None:
    """The word filters show those that any change has, and the one that is chosen even at none."""
    asked = filters.read({"health": "ailing"}, AT)
    picks = filters.health_picks(asked, {Health.HEALTHY: 3}, 1, capped=False)

    assert [(p.label, p.count, p.on) for p in picks] == [
        ("All", 4, False), ("ailing", 0, True), ("healthy", 3, False)
    ]  # fmt: skip


def test_a_filter_that_holds_is_not_offered_again() -> None:
    """The menus offer only what can be added."""
    asked = filters.read({"service": "checkout"}, AT)
    offered = [m.label for m in filters.menus(asked, ["checkout", "mail"], [])]

    assert offered == ["kind", "since"]
