"""A message is three lines at most, and its reader knows at the first glance."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings

from shipwake.domain import Assessment, ChangeKind, Health, Link, Reason, Verdict
from shipwake.verdict import Message, Other, fold, message
from tests.verdict.drawn import NOON, Case, cases
from tests.verdict.lint import faults
from tests.verdict.made import (
    BACK,
    DEPLOY,
    ERRORS,
    FASTER,
    MORE_ERRORS,
    NORMAL,
    SLOWER,
    at,
    judged,
    live,
    onset,
    unknown,
)

URL = "http://127.0.0.1:7447/changes/alice-412"
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)


def told(verdict: Verdict, previous: Verdict | None = None, **more: object) -> Message:
    """What Alice is told."""
    return message(DEPLOY, verdict, previous, url=URL, **more)  # type: ignore[arg-type]  # named


@given(drawn=cases())
@settings(max_examples=200, deadline=None, phases=QUICK)
def test_any_message_obeys_the_law(drawn: Case) -> None:
    """Whatever is judged and however it is called, its message breaks no rule."""
    verdict = fold(
        drawn.change,
        drawn.newest,
        drawn.slis,
        drawn.others,
        seq=1,
        now=NOON,
        next_look=drawn.next_look,
    )

    assert list(faults(message(drawn.change, verdict, url=URL).lines, verdict)) == []


def test_the_law_has_teeth() -> None:
    """The check finds fault with a message of the kind it is there to prevent."""
    bad = ("🚀🚀 the deploy may have impacted checkout \u202e", "anomaly", "nan", "x" * 500)

    assert len(list(faults(bad, judged([MORE_ERRORS])))) >= 8


def test_unhealthy() -> None:
    """A red message: what moved, how sure, what next."""
    verdict = judged([replace(MORE_ERRORS, excess=312.0), *NORMAL[1:]])

    assert told(verdict).lines == (
        (
            "🔴 checkout #412 is unhealthy in production. Checkout errors rose 0.8 → 4.1 % since 11:02"
            " (2 min after the deploy), ≈ 312 failed so far."
        ),
        (
            "Fits this change 98 %. Sure. 8 samples, chance alone does this 1 time in 3,300, and no"
            " other change fits. Once back at 0.6 to 1.1 % for as long as it was out, this becomes"
            " healthy."
        ),
        f"Next look 11:12 UTC. See why: {URL}",
    )


def test_healthy() -> None:
    """A green message keeps the promise, and says what would have been noticed."""
    lines = told(judged(NORMAL)).lines

    assert lines[0] == (
        "✅ checkout #412 looks healthy in production after 8 min: 3 of 3 indicators normal."
        " Enjoy your coffee."
    )
    assert lines[1].startswith("We would have noticed checkout errors higher by 0.5 points")


def test_no_coffee_before_it_is_sure() -> None:
    """The promise is not made while it is early, or where something is unknown."""
    early = judged([replace(a, reason=Reason.SO_FAR) for a in NORMAL])
    partly = judged([unknown(ERRORS, Reason.WENT_DARK), *NORMAL[1:]])

    assert "coffee" not in told(early).lines[0]
    assert "coffee" not in told(partly).lines[0]


def test_improved() -> None:
    """An improvement says what is better, and thanks its author."""
    assert told(judged([FASTER])).lines[0] == (
        "🎉 checkout #412 improved production. Checkout got faster: p95 840 → 610 ms since 11:01"
        " (1 min after the deploy). Thank you, Alice."
    )


def test_unknown() -> None:
    """A grey message says what is missing in numbers and when the next look is, once."""
    quiet = unknown(ERRORS, Reason.TOO_QUIET, detail="23 requests since 11:00", noticeable=0.5)

    assert told(judged([quiet])).lines == (
        (
            "⚪ checkout #412 is unknown in production. Too quiet to tell: checkout errors"
            " (23 requests since 11:00; we would notice +0.5 points only)."
        ),
        "Traffic helps: more requests make smaller moves visible.",
        f"Next look 11:12 UTC. See why: {URL}",
    )


def test_not_likely_you() -> None:
    """Where another change fits better, the author reads in the first line that it is not theirs."""
    config = live("bob", 21, kind=ChangeKind.CONFIG, service="checkout", title="payments-config")
    late = replace(MORE_ERRORS, onset=onset(22), at=at(30))
    lines = told(judged([late], others=[Other(config)])).lines

    assert lines[0].startswith("🟡 checkout #412 is ailing in production, but not likely you.")
    assert lines[0].endswith(
        "payments-config (11:21) fits better: 97 % against 2 % for this change."
    )
    assert lines[1].endswith("Nothing to do here.")


def test_worse_rings() -> None:
    """A worse word is said again under the message, since an edit rings no bell."""
    found = told(judged([MORE_ERRORS]), judged([SLOWER]))

    assert (found.worse, found.recovered) == (True, False)
    assert found.thread_line == (
        "11:08 now unhealthy: checkout errors rose 0.8 → 4.1 % since 11:02"
        " (2 min after the deploy)."
    )


def test_recovered_rings() -> None:
    """What came back is said again under the message."""
    found = told(judged([BACK, *NORMAL[1:]]), judged([MORE_ERRORS]))

    assert (found.worse, found.recovered) == (False, True)
    assert found.lines[0].startswith("✅ checkout #412 looks healthy again in production")
    assert found.thread_line == (
        "11:43 checkout errors back to normal since 11:31 (29 min, ≈ 412 failed)."
    )


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ([MORE_ERRORS], None),
        ([MORE_ERRORS], [MORE_ERRORS]),
        ([SLOWER], [MORE_ERRORS]),
        (NORMAL, [FASTER]),
        (NORMAL, NORMAL),
        ([unknown(ERRORS, Reason.WENT_DARK)], [MORE_ERRORS]),
        ([FASTER], NORMAL),
    ],
)
def test_nothing_else_rings(now: list[Assessment], before: list[Assessment] | None) -> None:
    """A first message, the same word, a milder one or good news on good news stay quiet."""
    found = told(judged(now), judged(before) if before is not None else None)

    assert (found.thread_line, found.worse, found.recovered) == ("", False, False)


def test_theirs_after_all_rings() -> None:
    """Where it was not likely theirs and now is, the author hears of it."""
    before = replace(judged([SLOWER]), standing="not likely you")

    assert told(judged([SLOWER]), before).worse


@pytest.mark.parametrize(
    ("facts", "starts"),
    [
        ({"title": "Quote shipping"}, "🔴 checkout 9c1e07b is unhealthy"),
        ({"title": "", "revision": ""}, "🔴 checkout is unhealthy"),
        ({"links": (Link(kind="pull request", title="t", number="77"),)}, "🔴 checkout #77 is"),
        ({"service": "", "title": "Move to the spot pool"}, "🔴 Move to the spot pool is"),
        ({"service": "the-very-long-name-of-a-service-nobody-can-say"}, "🔴 the-very-long-name-"),
        ({"service": "", "title": "", "revision": "", "id": "\u202e"}, "🔴 this change is"),
    ],
)
def test_what_a_change_is_called(facts: dict[str, str], starts: str) -> None:
    """A change is called by its service and what tells it apart, and the word still comes in time."""
    change = replace(DEPLOY, **facts)  # type: ignore[arg-type]  # each case names its fields
    verdict = judged([MORE_ERRORS], change=change)
    lines = message(change, verdict).lines

    assert lines[0].startswith(starts)
    assert "unhealthy" in lines[0][:40]


def test_times_in_the_zone_of_the_reader() -> None:
    """All times of a message are in one zone, which is named once."""
    lines = told(judged([MORE_ERRORS]), zone=ZoneInfo("Asia/Kolkata")).lines

    assert "since 16:32 (2 min after" in lines[0]
    assert lines[2].startswith("Next look 16:42 IST.")
    assert sum(line.count("IST") for line in lines) == 1


def test_seconds_where_looks_come_fast() -> None:
    """A watch in seconds tells its times in seconds."""
    verdict = replace(judged([MORE_ERRORS]), next_look=at(8.2))

    assert told(verdict).lines[2].startswith("Next look 11:08:12 UTC.")


def test_the_end_of_the_watch() -> None:
    """When no look is to come, the message says so."""
    verdict = judged(NORMAL, next_look=None)

    assert verdict.health is Health.HEALTHY
    assert message(DEPLOY, verdict).lines[-1] == "The watch is over."
