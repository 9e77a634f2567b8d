"""The top line of the list says how an environment is, and never says well while it cannot know."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from shipwake.domain import Assessment, Health, Reason
from shipwake.verdict import Recent, Silent, state_sentence
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
    onset,
    unknown,
)

NOW = at(45)


def recent(number: int, newest: Sequence[Assessment]) -> Recent:
    """A change of the day, and its verdict."""
    change = replace(DEPLOY, id=f"c{number}", title=f"#{number}", revision="")
    return Recent(change, judged(list(newest), change=change))


def test_healthy() -> None:
    """When nothing hurts, the line says so and counts the day."""
    day = [recent(1, NORMAL), recent(2, NORMAL), recent(3, [FASTER]), recent(4, [BACK])]
    state = state_sentence("production", day, now=NOW)

    assert state.health is Health.HEALTHY
    assert state.text == "production is healthy. 4 changes today: 3 healthy, 1 improved."


def test_ailing() -> None:
    """What still hurts is said with from, to, unit, and the change it came with."""
    state = state_sentence("production", [recent(1, NORMAL), recent(412, [SLOWER])], now=NOW)

    assert state.health is Health.AILING
    assert state.text == (
        "production is ailing: checkout p95 840 → 2,350 ms since #412 at 11:00."
        " 2 changes today: 1 healthy, 1 ailing."
    )


def test_the_worst_comes_first() -> None:
    """Of several that hurt the worst is said, and the others are counted, in any order."""
    day = [recent(1, [SLOWER]), recent(2, [MORE_ERRORS]), recent(3, NORMAL)]
    state = state_sentence("production", day, now=NOW)

    assert state == state_sentence("production", day[::-1], now=NOW)
    assert state.sentence == (
        "production is unhealthy: checkout errors 0.8 → 4.1 % since #2 at 11:00"
        ", and 1 more change hurts."
    )


def test_a_move_that_is_no_change_s() -> None:
    """A move that is not likely the change's is said with its onset, not with the change."""
    state = state_sentence(
        "production", [recent(7, [replace(MORE_ERRORS, onset=onset(-9))])], now=NOW
    )

    assert state.sentence == "production is ailing: checkout errors 0.8 → 4.1 % since 10:51."


def test_old_harm_is_history() -> None:
    """A word that nobody has looked at for a day says nothing of now."""
    state = state_sentence("production", [recent(1, [MORE_ERRORS])], now=at(60 * 25))

    assert state.health is Health.HEALTHY


def test_no_green_while_a_source_is_silent() -> None:
    """While a source is silent the environment is unknown, and the line says since when."""
    silent = [Silent("prom", at(3)), Silent("logs", at(20))]
    state = state_sentence("production", [recent(1, NORMAL)], now=NOW, silent=silent)

    assert state.health is Health.UNKNOWN
    assert state.sentence == "production is unknown: prom has sent nothing for 42 min, nor 1 more."


def test_silence_does_not_hide_harm() -> None:
    """What hurts is said first, and the silence after it."""
    state = state_sentence(
        "production", [recent(1, [SLOWER])], now=NOW, silent=[Silent("prom", at(3))]
    )

    assert state.health is Health.AILING
    assert state.sentence.endswith(" prom has sent nothing for 42 min.")


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ([], "No changes in production today."),
        (
            [Recent(DEPLOY)],
            (
                "production is unknown: none of its changes could be judged yet."
                " 1 change today: 1 not judged yet."
            ),
        ),
        (
            [recent(1, [unknown(ERRORS, Reason.TOO_EARLY)])],
            (
                "production is unknown: none of its changes could be judged yet."
                " 1 change today: 1 unknown."
            ),
        ),
    ],
)
def test_nothing_to_say(day: list[Recent], text: str) -> None:
    """Without a judged change the environment is not called healthy."""
    assert state_sentence("production", day, now=NOW).text == text
