"""The headline says what moved, from what to what, since when; known sentences for every word."""

from dataclasses import replace

import pytest

from shipwake.domain import Better, ChangeKind, Health, Reason, Sli
from shipwake.verdict import Other
from tests.verdict.made import (
    BACK,
    DEPLOY,
    ERRORS,
    FASTER,
    LIVE,
    MEMORY,
    MORE_ERRORS,
    NORMAL,
    P95,
    SLIS,
    SLOWER,
    at,
    judged,
    live,
    onset,
    seen,
    unknown,
)

ONLY = "2 of 20 samples since 11:00; we would notice +0.5 points only"
MISSING = {
    Reason.NO_SAMPLES: "no samples of checkout errors (2 of 20 samples since 11:00)",
    Reason.SOURCE_ERROR: (
        "the source of checkout errors could not be read (2 of 20 samples since 11:00)"
    ),
    Reason.WENT_DARK: "checkout errors went dark (2 of 20 samples since 11:00)",
    Reason.SHORT_HISTORY: f"too little history of checkout errors to know a normal ({ONLY})",
    Reason.TOO_QUIET: f"too quiet to tell: checkout errors ({ONLY})",
    Reason.FLAT: f"checkout errors never moved before, so no normal is known ({ONLY})",
    Reason.TOO_EARLY: f"too early to tell: checkout errors ({ONLY})",
    Reason.SO_FAR: f"checkout errors so far inside its normal, and too early to tell ({ONLY})",
    Reason.SUPERSEDED: (
        "replaced by another change before checkout errors could be judged"
        " (2 of 20 samples since 11:00)"
    ),
    Reason.UNREADABLE: "the samples of checkout errors are no measurement (2 of 20 samples since 11:00)",
    Reason.DETECTOR_FAILED: "checkout errors could not be judged (2 of 20 samples since 11:00)",
}


def test_unhealthy() -> None:
    """A harmful change: verb by direction, from and to, the unit once, since when, and the total."""
    verdict = judged([replace(MORE_ERRORS, excess=312.0), *NORMAL[1:]])

    assert verdict.health is Health.UNHEALTHY
    assert verdict.sentence == (
        "checkout errors rose 0.8 → 4.1 % since 11:02 (2 min after the deploy), ≈ 312 failed so far"
    )


def test_two_moved_are_joined() -> None:
    """The second indicator that moved joins the first."""
    assert judged([MORE_ERRORS, SLOWER, NORMAL[2]]).sentence == (
        "checkout errors rose 0.8 → 4.1 % since 11:02 (2 min after the deploy)"
        ", and checkout got slower: p95 840 → 2,350 ms"
    )


def test_more_are_counted() -> None:
    """From the third on, indicators that moved are counted."""
    third = replace(SLOWER, sli=MEMORY.name, degree=1.0)

    assert judged([MORE_ERRORS, SLOWER, third]).sentence.endswith("2,350 ms; 1 more moved")


def test_mixed_says_both() -> None:
    """Where one got worse and another better, the sentence says both."""
    verdict = judged([MORE_ERRORS, FASTER])

    assert verdict.health is Health.UNHEALTHY
    assert verdict.sentence.endswith(", but checkout got faster: p95 840 → 610 ms")


def test_ailing() -> None:
    """A small move is said in the same words as a large one."""
    verdict = judged([SLOWER])

    assert verdict.health is Health.AILING
    assert verdict.sentence == (
        "checkout got slower: p95 840 → 2,350 ms since 11:02 (2 min after the deploy)"
    )


def test_objective_lost() -> None:
    """A lost objective is named with its number."""
    lost = replace(MORE_ERRORS, reason=Reason.OBJECTIVE_LOST)
    sli = replace(ERRORS, objective=0.999)

    assert judged([lost], slis={sli.name: sli}).sentence.endswith(
        "(2 min after the deploy), past its objective of 0.1 %"
    )


def test_improved() -> None:
    """An improvement says what got better, from what to what."""
    verdict = judged([FASTER, NORMAL[0]])

    assert verdict.health is Health.IMPROVED
    assert verdict.sentence == (
        "checkout got faster: p95 840 → 610 ms since 11:01 (1 min after the deploy)"
    )


def test_healthy() -> None:
    """Health counts what is normal."""
    assert judged(NORMAL).sentence == "3 of 3 indicators normal"
    assert judged(NORMAL[:1]).sentence == "1 of 1 indicator normal"


def test_healthy_so_far() -> None:
    """While it is early, health says so."""
    verdict = judged([replace(NORMAL[0], reason=Reason.SO_FAR), *NORMAL[1:]])

    assert verdict.reason is Reason.SO_FAR
    assert verdict.sentence == "3 of 3 indicators normal so far"


def test_healthy_but_for_one() -> None:
    """An indicator that is unknown, or not yet looked at, is never counted as normal."""
    dark = unknown(ERRORS, Reason.WENT_DARK)

    assert judged([dark, *NORMAL[1:]]).sentence == (
        "2 of 3 indicators normal; checkout errors went dark (2 of 20 samples since 11:00)"
    )
    assert judged(NORMAL[1:], slis=SLIS).sentence == (
        "2 of 3 indicators normal; 1 not looked at yet"
    )


def test_recovered() -> None:
    """What came back says since when, how long it was out, and what it came to."""
    verdict = judged([BACK, *NORMAL[1:]])

    assert verdict.health is Health.HEALTHY
    assert verdict.reason is Reason.RECOVERED
    assert verdict.sentence == ("checkout errors back to normal since 11:31 (29 min, ≈ 412 failed)")


def test_recovered_by_rollback() -> None:
    """Where it came back with the rollback, the sentence says so."""
    rollback = live("back", 30, service="checkout", rolls_back=DEPLOY.id)

    assert judged([BACK], others=[Other(rollback)]).sentence == (
        "checkout errors back to normal since 11:31 after it was taken back (29 min, ≈ 412 failed)"
    )


def test_what_was_taken_back_for_its_harm_is_no_improvement() -> None:
    """A change that hurt and was taken back is back to normal, though another indicator got better meanwhile."""
    rollback = live("back", 30, service="checkout", rolls_back=DEPLOY.id)
    verdict = judged([BACK, FASTER], others=[Other(rollback)])

    assert verdict.health is Health.HEALTHY
    assert verdict.sentence.startswith("checkout errors back to normal since 11:31 after it was")
    assert judged([BACK, FASTER]).health is Health.IMPROVED


def test_one_back_and_one_still_out() -> None:
    """While another indicator still hurts, the one that came back is said after it."""
    assert judged([BACK, SLOWER]).sentence == (
        "checkout got slower: p95 840 → 2,350 ms since 11:02 (2 min after the deploy)"
        "; checkout errors back to normal since 11:31 (29 min, ≈ 412 failed)"
    )


@pytest.mark.parametrize("reason", MISSING)
def test_unknown(reason: Reason) -> None:
    """Each reason to know nothing has its sentence: what is missing in numbers, and the next look."""
    verdict = judged([unknown(ERRORS, reason, noticeable=0.5)])

    assert verdict.health is Health.UNKNOWN
    assert verdict.reason is reason
    assert verdict.sentence == f"{MISSING[reason]}; next look 11:12"


def test_every_reason_is_worded() -> None:
    """No reason of an unknown indicator is left without a sentence of its own."""
    told = {Reason.NORMAL, Reason.MOVED, Reason.FAR_OUTSIDE, Reason.OBJECTIVE_LOST}
    told |= {Reason.RECOVERED, Reason.NO_INDICATORS, Reason.NOT_MAPPED}

    assert set(MISSING) | told == set(Reason)


def test_unknown_in_the_words_of_the_source() -> None:
    """What the source or the judge said of a quiet indicator stands in its sentence."""
    quiet = unknown(
        ERRORS, Reason.TOO_QUIET, detail="23 requests since 10:10", noticeable_relative=0.6
    )

    dark = unknown(ERRORS, Reason.WENT_DARK, detail="none of 5 samples has come since the change")
    refused = unknown(ERRORS, Reason.SOURCE_ERROR, detail="prom answered 503")

    assert "went dark (none of 5 samples has come since the change);" in judged([dark]).sentence
    assert "could not be read (2 of 20 samples: prom answered 503);" in judged([refused]).sentence
    assert judged([quiet], next_look=None).sentence == (
        "too quiet to tell: checkout errors (23 requests since 10:10; we would notice +60 % only)"
        "; no further look is planned"
    )


def test_beside_what_is_known_a_quiet_one_says_only_what_would_be_noticed() -> None:
    """How many samples it has seen, and since when, is on the page."""
    quiet = unknown(
        ERRORS, Reason.TOO_QUIET, detail="23 requests since 10:10", noticeable_relative=0.6
    )

    assert judged([*NORMAL[1:], quiet]).sentence.endswith(
        "; too quiet to tell: checkout errors (we would notice +60 % only)"
    )


def test_superseded_names_the_successor() -> None:
    """A deploy that was replaced before it could be judged names what replaced it."""
    after = live("alice-413", 5, service="checkout", title="#413 Cache quotes")
    verdict = judged([unknown(ERRORS, Reason.SUPERSEDED)], others=[Other(after)])

    assert verdict.standing == "superseded"
    assert verdict.sentence.startswith("replaced by #413 Cache quotes at 11:05 before")


def test_no_indicators() -> None:
    """Where no indicator is configured, the sentence says none, and where."""
    verdict = judged([], slis={}, next_look=None)

    assert verdict.reason is Reason.NO_INDICATORS
    assert verdict.sentence == (
        "0 indicators watch checkout in production; no further look is planned"
    )


def test_not_mapped() -> None:
    """Where a name is not known here, the sentence quotes it."""
    change = replace(DEPLOY, service="", heard_service="chekout")
    verdict = judged([], change=change, slis={}, next_look=None)

    assert verdict.reason is Reason.NOT_MAPPED
    assert verdict.sentence.startswith("the service “chekout” is not mapped, so 0 indicators")


def test_before_any_look() -> None:
    """Before the first look the sentence counts what it waits for."""
    verdict = judged([], slis=SLIS)

    assert verdict.reason is Reason.TOO_EARLY
    assert verdict.sentence == "too early to tell: 0 of 3 indicators looked at; next look 11:12"


def test_a_required_one_is_waited_for() -> None:
    """A required indicator that is not looked at yet keeps good news back."""
    slis = SLIS | {ERRORS.name: replace(ERRORS, required=True)}
    verdict = judged(NORMAL[1:], slis=slis)

    assert verdict.health is Health.UNKNOWN
    assert verdict.sentence == (
        "too early to tell: checkout errors is required and not looked at yet"
        " (2 of 3 indicators looked at); 2 of 2 indicators normal; next look 11:12"
    )


def test_not_this_change() -> None:
    """Where another change fits clearly better, the sentence names it and both shares."""
    config = live(
        "bob-config",
        21,
        kind=ChangeKind.CONFIG,
        service="checkout",
        title="payments-config",
        authors=DEPLOY.authors,
    )
    late = replace(MORE_ERRORS, onset=onset(22), at=at(30))

    assert judged([late], others=[Other(config)]).sentence == (
        "checkout errors rose 0.8 → 4.1 % at 11:22, but payments-config (Alice, 11:21) fits"
        " better: 97 % against 2 % for this change"
    )


def test_it_had_begun_before() -> None:
    """A move that had begun before the change went live is not likely its doing."""
    verdict = judged([replace(MORE_ERRORS, onset=onset(-9))])

    assert verdict.standing == "not likely you"
    assert verdict.sentence == (
        "checkout errors rose 0.8 → 4.1 % since 10:51 (9 min before the deploy)"
        ", so not likely this change"
    )


@pytest.mark.parametrize(
    ("kind", "called"),
    [
        (ChangeKind.FLAG, "the flag"),
        (ChangeKind.DATABASE, "the database change"),
        (ChangeKind.EXTERNAL, "the external change"),
    ],
)
def test_each_kind_has_its_word(kind: ChangeKind, called: str) -> None:
    """The clock runs from the thing that was changed, in its own word."""
    assert (
        f"(2 min after {called})"
        in judged([MORE_ERRORS], change=replace(DEPLOY, kind=kind)).sentence
    )


def test_at_once() -> None:
    """A move within half a sample of the change came with it."""
    assert "(with the deploy)" in judged([replace(MORE_ERRORS, onset=onset(0.2))]).sentence


def test_hostile_names_do_not_break_it() -> None:
    """A name with a newline, an override and 10 kB stays inside its sentence."""
    sli = Sli(name="err\nors\u202e " + "x" * 10_000, better=Better.LOWER, unit="%")
    words = judged([replace(MORE_ERRORS, sli=sli.name)], slis={sli.name: sli}).sentence

    assert "\n" not in words
    assert "\u202e" not in words
    assert words.startswith("err ors xxx")
    assert words.endswith("… rose 0.8 → 4.1 % since 11:02 (2 min after the deploy)")


def test_dates_of_other_days() -> None:
    """A move of another day has its date."""
    verdict = judged([MORE_ERRORS], now=at(60 * 24))

    assert "since 3 Feb 11:02" in verdict.sentence
    assert LIVE.day == 3


def test_normal_by_the_way() -> None:
    """A gauge without any better way that moved says only how."""
    either = replace(P95, name="orders", unit="/min", better=Better.EITHER)
    moved = seen(
        either, health=Health.AILING, reason=Reason.MOVED, before=40.0, after=12.0, onset=onset(1)
    )

    assert judged([moved], slis={"orders": either}).sentence == (
        "orders fell 40 → 12/min since 11:01 (1 min after the deploy)"
    )
