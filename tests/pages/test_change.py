"""A change's page says what its verdict, assessments, neighbours and people say, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shipwake.domain import Health, State
from shipwake.web.charts import Outside
from shipwake.web.pages import change, table
from shipwake.web.pages.plots import scale_for
from tests.pages.scene import (
    AT,
    SLIS,
    deploy,
    material,
    moved,
    normal,
    unknown,
    verdict,
)


def test_the_word_comes_first() -> None:
    """The first sentence begins with the verdict's word, and how sure it is stands before the doubt."""
    view = change.build(material())

    assert view.sentence.startswith("unhealthy: checkout errors rose 0.5 → 4 %")
    assert view.sure == "Sure"
    assert view.doubt.startswith("20 samples")


def test_the_chart_is_the_one_the_verdict_rests_on() -> None:
    """The large chart shows the first finding that moved, the small ones what else did, each once."""
    view = change.build(material())

    assert view.lead is not None
    assert view.lead.sli == "checkout errors"
    assert view.lead.moved == "0.5 → 4 %"
    assert [p.sli for p in view.moved] == ["checkout memory"]


def test_the_rest_is_folded_and_counted() -> None:
    """Every indicator is said exactly once: on a chart, among the normal ones, or as not judged."""
    view = change.build(material())
    said = [view.lead.sli] if view.lead else []
    said += (
        [p.sli for p in view.moved] + [n.sli for n in view.normal] + [b.term for b in view.blind]
    )

    assert sorted(said) == sorted(SLIS)
    assert view.normal_title == "1 other normal"
    assert view.normal[0].notice == "+410 ms"


def test_what_is_not_known_says_why() -> None:
    """An indicator that could not be judged stands with its reason, and is never called normal."""
    view = change.build(material())

    assert view.blind[0].term == "payment p90"
    assert view.blind[0].text == "17 payments"


def test_a_recovered_indicator_says_when_it_came_back() -> None:
    """What was out and came back is drawn as outside, with the time of its return in words."""
    panel = change.build(material()).moved[0]

    assert panel.plot is not None
    assert panel.plot.outside is Outside.ABOVE
    assert "back to normal since 10:08" in panel.caption


def test_without_a_verdict_it_is_watching() -> None:
    """Before the first look the page claims no word, and says when the first look comes."""
    view = change.build(material(verdicts=[], assessments=[]))

    assert view.word == "watching"
    assert view.lead is None
    assert "first look comes 3 min after" in view.doubt


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"change": replace(deploy(), at=None, exposure=(), state=State.PLANNED)}, "nothing of this is live yet"),
        ({"change": replace(deploy(), service="", heard_service="cart"), "mapped": False}, "“cart” is not mapped"),
        ({"slis": {}}, "no indicator is configured"),
        ({"change": replace(deploy(), judge=False)}, "known, not judged: no verdict was asked for"),
    ],
)  # fmt: skip
def test_what_is_awaited_is_said(facts: dict[str, object], said: str) -> None:
    """A change without a verdict says which of the reasons it waits for."""
    view = change.build(material(**({"verdicts": [], "assessments": []} | facts)))

    assert said in view.sentence


def test_shares_add_to_a_hundred() -> None:
    """The suspects' shares are whole per cents that add to 100, this change first, something else last."""
    view = change.build(material())

    assert sum(s.percent for s in view.suspects) == 100
    assert view.suspects[0].own
    assert view.suspects[-1].other


def test_only_web_addresses_become_links() -> None:
    """A link that a sender gave is followed only where it is http or https; its words stay in any case."""
    urls = {f.term: f.url for f in change.build(material()).contents}

    assert urls["pull request"] == "https://example.com/412"
    assert urls["issue"] == ""


def test_the_timeline_has_the_impact_among_the_rest() -> None:
    """Commits, exposure, onsets, returns and changes of the word stand in one list in order of time."""
    view = change.build(material())
    events = [e for d in view.days for e in d.events]
    words = [f"{e.strong} {e.text}".strip() for e in events]

    assert [e.at for e in events] == sorted(e.at for e in events)
    assert "checkout errors rose" in words
    assert "checkout memory back to normal" in words
    assert words.index("ailing") < words.index("unhealthy")


def test_people_and_our_own_lines_make_one_talk() -> None:
    """What was told to whom stands between what people said, and a reason is a tag."""
    talk = change.build(material()).talk

    assert [t.ours for t in talk] == [True, False]
    assert talk[0].text == "Told alice@example.com by log: ailing"
    assert talk[1].tag == "expected"


def test_the_next_look_is_said() -> None:
    """The strip's note names the next look, or says that none is planned."""
    assert "Next look 10:30." in change.build(material()).looks_note
    over = change.build(material(verdicts=[verdict(next_look=None)]))
    assert "No further look is planned." in over.looks_note


def test_chance_is_said_in_words() -> None:
    """How we know gives the odds in words and never a bare p-value."""
    facts = {f.term: f.text for f in change.build(material()).knowing}

    assert "1 time in 10,000" in facts["by chance"]
    assert "0.0001" not in " ".join(facts.values())


def test_where_nothing_moved_the_nearest_is_shown() -> None:
    """A healthy change shows its most telling indicator, and what could have been seen."""
    calm = verdict(health=Health.HEALTHY, sentence="2 of 2 indicators normal", suspects=())
    view = change.build(material(verdicts=[calm], assessments=[normal(), normal("page p50")]))

    assert view.lead is not None
    assert view.lead.outside == ""
    assert [f.term for f in view.knowing] == ["nothing moved", "could have seen"]


def test_a_table_has_every_sample_of_the_chart() -> None:
    """The table has a row a sample; a gap says that there is no data, and what is outside says so."""
    view = table.build(unknown(), deploy(), SLIS["payment p90"], [])
    gaps = [r for r in view.rows if "no data" in r.note]

    assert len(view.rows) == len(view.times_s) == 50
    assert {r.value for r in gaps} == {"–"}
    assert len(gaps) == 3
    out = table.build(moved(), deploy(), SLIS["checkout errors"], [])
    assert sum("outside" in r.note for r in out.rows) == 19


def test_a_change_that_is_gone_from_the_settings_is_still_shown() -> None:
    """An indicator that is no longer configured keeps its assessment's unit and its page."""
    view = change.build(material(slis={}))

    assert view.lead is not None
    assert view.lead.title == "Checkout errors, %"


@pytest.mark.parametrize(
    ("unit", "largest", "shown"),
    [
        ("B", 3.2e9, "GiB"),
        ("bytes", 10.0, "bytes"),
        ("s", 0.4, "ms"),
        ("s", 3.0, "s"),
        ("%", 0.1, "%"),
    ],
)
def test_units_fit_their_numbers(unit: str, largest: float, shown: str) -> None:
    """Bytes and seconds are shown in the unit that keeps the axis short; others stay as they were given."""
    assert scale_for(unit, largest).unit == shown


def test_times_far_apart_have_their_days() -> None:
    """A timeline over several days has a heading for each."""
    later = verdict(3, Health.HEALTHY, minutes=60 * 24)
    view = change.build(material(verdicts=[verdict(), later], now=AT + timedelta(days=2)))

    assert [d.label for d in view.days] == ["Mon 2 Mar", "Tue 3 Mar"]


def test_the_onset_is_an_interval() -> None:
    """How we know gives the span in which a move began, to the second where that is short."""
    facts = [f.text for f in change.build(material()).knowing]

    assert any("It began between 10:00 and 10:02" in f for f in facts)
    assert any("Back inside its normal at 10:08" in f for f in facts)
