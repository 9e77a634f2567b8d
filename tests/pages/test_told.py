"""A change's page says who was told, who waits and why, and who could not be told; no word without a reason."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shipwake.domain import Health, Reason, Reply, ReplyKind
from shipwake.store import Post
from shipwake.web.pages import change
from shipwake.web.pages.told import Channels
from tests.pages.scene import AT, MINUTE, deploy, material, queued, unknown, verdict

SMTP = "the mail server mail.example:587: no answer in 10 s"


def test_who_was_told_is_there_with_the_time_and_the_word() -> None:
    """A notice that was put says to whom, by which channel, when, and which word."""
    (line,) = change.build(material()).told

    assert (line.whom, line.channel, line.state) == ("alice@example.com", "log", "told")
    assert (line.at, line.word, line.why) == (AT + 4 * MINUTE, "ailing", "")


def test_what_waits_says_why_and_until_when() -> None:
    """A failure that passes shows its reason and the next try."""
    waits = queued(2, attempts=3, why=f"{SMTP}.", due=AT + 30 * MINUTE)
    (line,) = change.build(material(queued=[waits])).told

    assert (line.state, line.word, line.at) == ("waiting", "", None)
    assert (line.why, line.again) == (f"{SMTP}.", AT + 30 * MINUTE)


def test_what_was_told_before_is_not_what_waits() -> None:
    """Where an older word was told and a newer one waits, both are said, each as what it is."""
    waits = queued(2, sent_revision=1, sent_at=AT + 4 * MINUTE, why=SMTP, due=AT + 30 * MINUTE)
    view = change.build(material(queued=[waits]))
    (line,) = view.told

    assert (line.state, line.word, line.newer) == ("waiting", "ailing", "unhealthy")
    assert view.talk[0].text == "Told alice@example.com by log: ailing"


def test_what_failed_says_what_to_do() -> None:
    """A failure for good shows its words, and the conversation claims nothing."""
    why = "nobody to write to; set `owners` of the service"
    lost = queued(2, post=Post.FAILED, why=why)
    lost = replace(lost, notice=replace(lost.notice, recipient="", channel="mail"))
    view = change.build(material(queued=[lost]))
    (line,) = view.told

    assert (line.whom, line.state, line.why) == ("no author known", "not told", f"{why}.")
    assert not any(t.ours for t in view.talk)


def test_a_place_that_all_read_is_named_once() -> None:
    """A shared channel is called by its name, and not by an author who is not known."""
    told = queued(1, sent=AT)
    told = replace(told, notice=replace(told.notice, recipient="", channel="team"))
    channels = Channels(names=["team"], shared={"team"})
    (line,) = change.build(material(queued=[told], channels=channels)).told

    assert (line.whom, line.channel) == ("team", "")


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"channels": Channels()}, "no channel is configured for production"),
        ({"verdicts": []}, "first verdict is still to come"),
        (
            {
                "verdicts": [verdict(health=Health.HEALTHY)],
                "channels": Channels(names=["log"], healthy=False),
            },
            "healthy_messages is false",
        ),
        ({"verdicts": [verdict(health=Health.UNKNOWN)]}, "nothing is known so far"),
        ({"change": replace(deploy(), judge=False), "verdicts": []}, ""),
    ],
)
def test_nobody_told_has_a_reason(facts: dict[str, object], says: str) -> None:
    """Where no notice is, the page says why; a change that is not judged has none to give."""
    view = change.build(material(queued=[], **facts))

    assert view.told == ()
    assert says in view.told_note
    assert bool(says) == bool(view.told_note)


def test_a_source_that_could_not_be_read_says_what_to_do() -> None:
    """The source's own words stand in full, with where it can be asked at once."""
    words = (
        "prom answered 422: parse error at char 7; correct the query of payment p90 " + "x" * 200
    )
    broken = replace(unknown(), reason=Reason.SOURCE_ERROR, detail=words)
    (fact,) = change.build(material(assessments=[broken])).blind

    assert words in fact.text
    assert "asked again at the next look" in fact.text
    assert (fact.url, fact.link) == ("/slis/payment%20p90", "Ask it now")


@pytest.mark.parametrize(
    ("via", "said"), [("page", ""), ("slack", "in Slack"), ("api", "by the API")]
)
def test_where_a_reply_was_given_is_said(via: str, said: str) -> None:
    """A reply that came by another way than the page says by which."""
    reply = Reply(
        id="1",
        change="d-1",
        at=AT + timedelta(minutes=5),
        author="Bob",
        kind=ReplyKind.SEEN,
        via=via,
    )
    (spoken,) = change.build(material(replies=[reply], queued=[])).talk

    assert spoken.via == said
