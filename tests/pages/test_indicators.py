"""An indicator's page tells normal from moved, better, silent and unreadable, and what is usual without what moved."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from shipwake.domain import Health, Reason, Samples, Schedule, SliKind
from shipwake.web.charts import Size, history
from shipwake.web.charts.history import NARROW, WIDE
from shipwake.web.pages import indicators, usual
from shipwake.web.pages.indicators import Material, Move
from shipwake.web.pages.price import Caution
from tests.pages.scene import AT, MINUTE, SLIS, deploy, moved, normal, recovered

NOW = AT + 20 * MINUTE


def _material(**more: object) -> Material:
    values = np.concatenate([np.full(100, 0.5), np.full(20, 4.0)])
    facts: dict[str, object] = {
        "sli": replace(SLIS["checkout errors"], kind=SliKind.GAUGE),
        "step": MINUTE,
        "samples": Samples.of(NOW - 120 * MINUTE, MINUTE, values),
        "trouble": "",
        "moves": [Move(assessment=moved(), change=deploy())],
        "newest": normal(),
        "now": NOW,
    }
    return Material(**{**facts, **more})  # type: ignore[arg-type]


def test_a_moved_indicator_says_from_to_and_since_which_change() -> None:
    """An indicator that is outside says its word, from and to, what was expected, and the change it followed."""
    view = indicators.one_of_them(_material(), Schedule(), Caution(share=0.01))

    assert view.sentence.startswith("unhealthy: 0.5 → 4 %")
    assert "since #412 Quote in parallel at 10:00" in view.sentence


def test_what_moved_is_not_usual() -> None:
    """The band of the usual leaves out the time that a verdict called moved."""
    (row,) = indicators.all_of_them([_material()]).rows

    assert row.usual == "0.5 to 0.5 %"


def test_back_to_normal_is_normal() -> None:
    """An indicator whose move has recovered is normal now, and the move stays in its list."""
    back = replace(recovered(), sli="checkout errors")
    calm = _material(moves=[Move(assessment=back, change=deploy())])
    view = indicators.one_of_them(calm, Schedule(), Caution(share=0.01))

    assert view.word == "healthy"
    assert view.moves[0].lasted == "8 min"
    assert back.reason is Reason.RECOVERED


def test_better_is_not_called_normal() -> None:
    """An indicator that improved says so, on its own page and among the others."""
    better = replace(moved(), health=Health.IMPROVED)
    found = _material(moves=[Move(assessment=better, change=deploy())])

    assert indicators.all_of_them([found]).rows[0].state == "better"
    assert (
        indicators.all_of_them([found]).sentence == "0 of 1 indicator normal, 1 better than normal."
    )


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"samples": None}, "has no samples"),
        ({"samples": None, "trouble": "prom answered 500"}, "not readable"),
        ({"now": NOW + timedelta(hours=2), "moves": []}, "silent for 2 h 01"),
    ],
)
def test_no_indicator_is_normal_without_samples(facts: dict[str, object], state: str) -> None:
    """Without fresh samples an indicator is unknown, with the reason, and never normal."""
    (row,) = indicators.all_of_them([_material(**facts)]).rows

    assert (row.word, row.state) == ("unknown", state)


def test_a_source_that_is_asked_when_needed_is_not_unreadable() -> None:
    """An indicator of another source of which nothing is kept here is neither normal nor unknown."""
    found = _material(samples=None, moves=[], newest=None, asked=False)
    view = indicators.all_of_them([found])

    assert (view.rows[0].word, view.rows[0].state) == ("watching", "asked when needed")
    assert view.rows[0].last == "asked at each look"
    assert view.sentence == "1 indicator asked when needed."
    both = indicators.all_of_them([found, _material(moves=[])])
    assert both.sentence == "1 indicator normal, 1 asked when needed."


def test_what_was_read_an_hour_ago_is_not_silence() -> None:
    """What the store holds of another source ends where it was read last, which is no silence."""
    later = _material(moves=[], asked=False, until=NOW, now=NOW + timedelta(minutes=50))
    (row,) = indicators.all_of_them([later]).rows

    assert (row.state, row.last) == ("normal", "51 min ago")


def test_a_source_that_failed_at_the_last_look_says_so() -> None:
    """Where the last look could not read it and nothing newer is here, the reason stands in place of a time."""
    words = "prom answered 422; correct the query"
    broken = replace(normal(), reason=Reason.SOURCE_ERROR, detail=words, at=NOW)
    (row,) = indicators.all_of_them([_material(moves=[], asked=False, newest=broken)]).rows

    assert (row.word, row.state, row.last) == ("unknown", "not readable", words)


def test_what_it_would_notice_is_a_number_with_a_unit() -> None:
    """The page says what was noticeable at the last look, and how often harmless changes are called ill."""
    notices = {
        f.term: f.text
        for f in indicators.one_of_them(_material(), Schedule(), Caution(share=0.01)).notices
    }

    assert notices["seen"].startswith("410 points (50 %)")
    assert notices["first look"] == "3 min after a change"
    assert notices["false alarms"].startswith("about one harmless change in a hundred")


def test_no_indicator_at_all_offers_an_example() -> None:
    """Without any indicator the page shows the lines that would add one."""
    view = indicators.all_of_them([])

    assert view.empty is not None
    assert "kind: ratio" in view.empty.command


def test_the_usual_needs_a_few_samples() -> None:
    """A part of the time with hardly a sample claims no band."""
    values = np.full(120, np.nan)
    values[:3] = 1.0

    assert usual.parts(values, AT.timestamp(), 60.0, []) == ()
    assert usual.whole(values) is None


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_history_shows_gaps_and_flags(size: Size) -> None:
    """The last hours are drawn with a hatched gap and a mark wherever a verdict said that it moved."""
    values = np.concatenate([np.full(50, 0.5), np.full(10, np.nan), np.full(60, 0.5)])
    samples = Samples.of(NOW - 120 * MINUTE, MINUTE, values)
    view = indicators.one_of_them(_material(samples=samples), Schedule(), Caution(share=0.01))
    assert view.history is not None
    svg = history.draw(view.history, size)

    assert svg.count('class="gap"') == 1
    assert svg.count('class="fill unhealthy"') == 1
