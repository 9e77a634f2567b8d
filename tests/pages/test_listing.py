"""The list says how a place is, what happened in it, and where nothing is, what to do."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from shipwake.domain import Health, Reply, ReplyKind, Samples, Schedule, Sli, Verdict
from shipwake.store import Page, Row
from shipwake.web.pages import filters, listing
from shipwake.web.pages.listing import Material
from shipwake.web.pages.today import MOST_STRIPS, PHONE_STRIPS, Pulse
from tests.pages.scene import ALICE, AT, MINUTE, deploy, moved, verdict

NOW = AT + 30 * MINUTE
NOTHING = Page(rows=(), next=None, counts={})


def _row(id: str, health: Health | None, minutes: int = 0) -> Row:
    change = deploy(id, title=f"Change {id}", after=minutes * MINUTE)
    given: Verdict | None = None
    if health:
        given = replace(verdict(health=health), change=id, at=change.at or AT)
    return Row(
        change=change,
        at=change.at or AT,
        mapped=True,
        health=health,
        verdict_seq=1 if health else 0,
        verdict=given,
    )


def _page(*rows: Row) -> Page:
    counts: dict[Health, int] = {}
    for row in rows:
        if row.health:
            counts[row.health] = counts.get(row.health, 0) + 1
    return Page(rows=rows, next=None, counts=counts, unjudged=sum(r.health is None for r in rows))


def _pulse(name: str, *, last: timedelta = MINUTE, moves: Sequence[object] = ()) -> Pulse:
    samples = Samples.of(NOW - 60 * MINUTE, MINUTE, np.full(60, 5.0))
    return Pulse(
        sli=Sli(name=name, unit="ms", step=MINUTE),
        moves=[moved()] if moves else [],
        samples=samples,
        last=NOW - last,
        step=MINUTE,
    )


def _material(page: Page, **more: object) -> Material:
    facts: dict[str, object] = {
        "asked": filters.read({}, NOW),
        "page": page,
        "lately": page,
        "any_change": bool(page.rows),
        "words": {},
        "replies": {},
        "steps": {},
        "pulses": [],
        "indicators": 0,
        "services": ["checkout"],
        "schedule": Schedule(),
        "head": 1,
        "now": NOW,
        "url": "https://shipwake.example",
    }
    return Material(**{**facts, **more})  # type: ignore[arg-type]


def test_the_worst_change_makes_the_state() -> None:
    """The first sentence has the worst word of the changes that hurt, with its numbers and since which change."""
    view = listing.build(
        _material(_page(_row("a", Health.HEALTHY), _row("b", Health.UNHEALTHY, 5)))
    )

    assert view.state_word == "unhealthy"
    assert view.state.startswith("production is unhealthy: checkout errors")


def test_no_place_is_healthy_while_it_is_silent() -> None:
    """A place whose indicators have fallen silent is unknown, however well its changes were."""
    quiet = _pulse("p95", last=timedelta(minutes=42))
    view = listing.build(_material(_page(_row("a", Health.HEALTHY)), pulses=[quiet]))

    assert view.state_word == "unknown"
    assert "p95 has sent nothing for 42 min" in view.state


def test_the_worst_of_several_environments_is_named() -> None:
    """Where several environments are shown, the sentence speaks of the one that is worst."""
    bad = _row("b", Health.AILING)
    bad = replace(bad, change=replace(bad.change, environment="staging"))
    view = listing.build(_material(_page(_row("a", Health.HEALTHY), bad)))

    assert view.state.startswith("staging is ailing")
    assert "staging" in {r.environment for r in view.rows}


def test_the_tally_counts_every_change() -> None:
    """The tally's counts add to the number of changes, those without a verdict included."""
    rows = (_row("a", Health.HEALTHY), _row("b", None), _row("c", Health.UNKNOWN))
    view = listing.build(_material(_page(*rows)))

    assert sum(t.count for t in view.tally) == len(rows)
    assert view.under == "3 changes in the last 24 h:"


def test_what_is_not_judged_is_not_watched() -> None:
    """A change of which no verdict was asked has a badge and a count of its own, and no looks to come."""
    known = _row("c", None)
    known = replace(known, change=replace(known.change, judge=False))
    view = listing.build(_material(_page(_row("a", Health.HEALTHY), _row("b", None), known)))

    assert {t.word: t.count for t in view.tally} == {"healthy": 1, "watching": 1, "known": 1}
    assert [r.word for r in view.rows] == ["healthy", "watching", "known"]
    assert view.rows[2].why.startswith("No verdict was asked for")
    assert view.rows[2].marks == ()


def test_no_strip_is_drawn_of_what_was_never_heard() -> None:
    """An indicator without a sample and without a move has no strip, for an empty one reads as normal."""
    never = replace(_pulse("p99"), samples=None, last=None)
    view = listing.build(_material(_page(_row("a", Health.HEALTHY)), pulses=[never, _pulse("p95")]))

    assert view.band is not None
    assert [s.sli for s in view.band.strips] == ["p95"]


def test_before_the_first_change_there_is_one_thing_to_do() -> None:
    """An empty list offers the command that sends a first change to this very server, and nothing else."""
    view = listing.build(_material(NOTHING))

    assert view.first_hour
    assert "https://shipwake.example/api/v1/changes" in view.empty.command
    assert view.empty.url == ""
    assert view.band is None


def test_a_filter_without_hits_says_so() -> None:
    """A filter that matches nothing repeats what was asked and offers to clear it, and nothing else."""
    asked = filters.read({"health": "unhealthy", "service": "mail", "q": "tax"}, NOW)
    view = listing.build(_material(NOTHING, asked=asked, any_change=True))

    assert view.empty.title == "No unhealthy changes of mail about “tax”."
    assert (view.empty.url, view.empty.action, view.empty.command) == (
        "/changes",
        "Clear filter",
        "",
    )


def test_what_people_said_stands_beside_the_word() -> None:
    """A reason that a person gave shows under the word, and does not change the word."""
    said = Reply(id="1", change="a", at=NOW, author="Alice", kind=ReplyKind.EXPECTED)
    view = listing.build(_material(_page(_row("a", Health.AILING)), replies={"a": [said]}))

    assert view.rows[0].word == "ailing"
    assert view.rows[0].standing == "expected, says Alice"


def test_unknown_says_when_we_look_again() -> None:
    """A row whose word is unknown gives the time of the next look."""
    view = listing.build(_material(_page(_row("a", Health.UNKNOWN))))

    assert view.rows[0].standing == "next look 10:30"


def test_a_row_without_a_verdict_says_why() -> None:
    """A change that waits says whether for its first look, for a name or for going live."""
    live, unmapped = _row("a", None), replace(_row("b", None), mapped=False)
    unmapped = replace(unmapped, change=replace(unmapped.change, service="", heard_service="cart"))
    planned = _row("c", None)
    planned = replace(planned, change=replace(planned.change, at=None, exposure=()))
    whys = [r.why for r in listing.build(_material(_page(live, unmapped, planned))).rows]

    assert whys == [
        "The first look is still to come.",
        "The name “cart” is not mapped yet: see Heard.",
        "Nothing of it is live yet.",
    ]


def test_the_band_is_as_long_as_it_must_be() -> None:
    """The band is the shortest usual span that holds the changes of the day, and a phone's is no longer than 3 h."""
    view = listing.build(_material(_page(_row("a", Health.HEALTHY, -60 * 5))))

    assert view.band_title == "The last 6 h"
    assert view.band_late_title == "The last 3 h"


def test_moved_indicators_come_first_on_the_band() -> None:
    """Where there are more indicators than strips, those that moved are kept, fewer of them on a phone."""
    pulses = [_pulse(f"sli {i:02}") for i in range(20)] + [_pulse("zz moved", moves=[1])]
    view = listing.build(_material(_page(_row("a", Health.HEALTHY)), pulses=pulses))

    assert view.band is not None
    assert view.band_late is not None
    assert len(view.band.strips) == MOST_STRIPS
    assert len(view.band_late.strips) == PHONE_STRIPS
    assert "zz moved" in {s.sli for s in view.band_late.strips}


def test_later_pages_show_no_band() -> None:
    """A page reached by a cursor shows its rows and the way back, not the day again."""
    asked = filters.read({"cursor": "abc"}, NOW)
    view = listing.build(_material(_page(_row("a", Health.HEALTHY)), asked=asked))

    assert view.band is None
    assert view.first_url == "/changes"


def test_authors_are_offered_as_filters() -> None:
    """The authors of the rows shown can be chosen as a filter."""
    view = listing.build(_material(_page(_row("a", Health.HEALTHY))))
    authors = [o.label for m in view.menus if m.label == "author" for o in m.options]

    assert authors == [ALICE.name]
