"""One verdict from all indicators: the worst word, no health without power, no order in the inputs."""

import random
import re
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shipwake.domain import (
    WORST_FIRST,
    Assessment,
    Change,
    ChangeKind,
    Health,
    Reason,
    Sure,
    Verdict,
    worst,
)
from shipwake.verdict import NOT_LIKELY_YOU, Other, fold
from tests.verdict.drawn import NOON, Case, cases
from tests.verdict.made import (
    BACK,
    DEPLOY,
    ERRORS,
    FASTER,
    LIVE,
    MEMORY,
    MORE_ERRORS,
    NORMAL,
    SLIS,
    SLOWER,
    at,
    judged,
    live,
    onset,
    unknown,
)

# A failing case is large; to shrink it to its core takes longer than to read it.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
NOT_A_NUMBER = re.compile(r"\b(nan|inf|None)\b")


def _words(v: Verdict) -> str:
    told = [v.sentence, v.doubt, v.power, v.standing]
    told += [f.words for f in v.findings] + [f.detail for f in v.findings]
    return " ".join(told + [s.why for s in v.suspects])


@given(drawn=cases(), seed=st.integers(0, 99))
@settings(max_examples=200, deadline=None, phases=QUICK)
def test_any_input_makes_one_verdict(drawn: Case, seed: int) -> None:
    """Any input makes a verdict of one line, without nan, and the same in any order."""
    first = _folded(drawn)
    mixed = random.Random(seed)
    turned = replace(
        drawn,
        newest=mixed.sample(drawn.newest, len(drawn.newest)),
        slis=dict(reversed(drawn.slis.items())),
        others=mixed.sample(drawn.others, len(drawn.others)),
    )

    assert _folded(turned) == first
    assert not NOT_A_NUMBER.search(_words(first))
    assert len(_words(first).splitlines()) == 1
    if first.suspects:
        assert sum(round(100 * s.share) for s in first.suspects) == 100
    if first.health is Health.UNKNOWN:
        again = "next look 12:00" if drawn.next_look else "no further look is planned"
        assert re.search(r"\d", first.sentence)
        assert again in first.sentence


def _folded(drawn: Case) -> Verdict:
    return fold(
        drawn.change,
        drawn.newest,
        drawn.slis,
        drawn.others,
        seq=3,
        now=NOON,
        next_look=drawn.next_look,
    )


@given(words=st.lists(st.sampled_from(Health), max_size=4))
def test_the_worst_word_wins(words: list[Health]) -> None:
    """A change has the worst word of its indicators, and unknown only if none could be judged."""
    slis = {f"i{n}": replace(ERRORS, name=f"i{n}") for n in range(len(words))}
    moved = {Health.UNHEALTHY: MORE_ERRORS, Health.AILING: SLOWER, Health.IMPROVED: FASTER}
    newest = [
        replace(
            moved.get(word, NORMAL[0]),
            sli=f"i{n}",
            health=word,
            reason=Reason.TOO_EARLY if word is Health.UNKNOWN else Reason.MOVED,
        )
        for n, word in enumerate(words)
    ]

    assert judged(newest, slis=slis).health is worst([w for w in words if w is not Health.UNKNOWN])


@pytest.mark.parametrize(
    ("others_are", "word"),
    [
        ([NORMAL[1]], Health.UNKNOWN),
        ([FASTER], Health.UNKNOWN),
        ([SLOWER], Health.AILING),
    ],
)
def test_a_required_unknown(others_are: list[Assessment], word: Health) -> None:
    """A required indicator that could not be judged takes away good news, and hides no harm."""
    slis = SLIS | {MEMORY.name: replace(MEMORY, required=True)}
    newest = [unknown(MEMORY, Reason.NO_SAMPLES), *others_are]

    assert judged(newest, slis={a.sli: slis[a.sli] for a in newest}).health is word


def test_findings_list_what_moved_first() -> None:
    """Findings come as moved, back, unknown, normal."""
    dark = unknown(MEMORY, Reason.WENT_DARK)
    names = [
        replace(dark, sli="d"),
        replace(NORMAL[0], sli="n"),
        replace(BACK, sli="b"),
        replace(FASTER, sli="f"),
        replace(SLOWER, sli="s"),
        replace(MORE_ERRORS, sli="m"),
    ]
    verdict = judged(names, slis={a.sli: replace(ERRORS, name=a.sli) for a in names})

    assert [f.sli for f in verdict.findings] == ["m", "s", "f", "b", "d", "n"]


def test_a_finding_can_be_read() -> None:
    """A finding gives from, to, expected, interval and onset in words."""
    finding = judged([MORE_ERRORS]).findings[0]

    assert finding.words == "checkout errors 0.8 → 4.1 %"
    assert finding.detail == (
        "expected 0.6 to 1.1 %, likely +2.9 to +3.7 points, since 11:02 (2 min after the deploy)"
    )


def test_unhealthy_needs_the_change_to_fit() -> None:
    """Where another change fits clearly better, no more than ailing is said of this one."""
    config = live("bob", 21, kind=ChangeKind.CONFIG, service="checkout", title="payments-config")
    late = replace(MORE_ERRORS, onset=onset(22), at=at(30))
    verdict = judged([late], others=[Other(config)])

    assert (verdict.health, verdict.standing) == (Health.AILING, NOT_LIKELY_YOU)
    assert verdict.findings[0].health is Health.UNHEALTHY
    assert [s.change for s in verdict.suspects] == [DEPLOY.id, "bob", ""]


def test_improved_needs_the_change_to_fit() -> None:
    """Where another change fits an improvement clearly better, this one is called healthy."""
    config = live("bob", 21, kind=ChangeKind.CONFIG, service="checkout", title="cache-on")
    late = replace(FASTER, onset=onset(22), at=at(30))
    verdict = judged([late, NORMAL[0]], others=[Other(config)])

    assert (verdict.health, verdict.standing) == (Health.HEALTHY, NOT_LIKELY_YOU)
    assert "cache-on (11:21) fits better" in verdict.sentence


def test_one_own_move_is_enough() -> None:
    """A change with one move of its own is judged on it, whatever else moved near it."""
    config = live("bob", 21, kind=ChangeKind.CONFIG, service="checkout", title="payments-config")
    late = replace(MORE_ERRORS, onset=onset(22), at=at(30))
    verdict = judged([late, SLOWER], others=[Other(config)])

    assert (verdict.health, verdict.standing) == (Health.AILING, "")
    assert verdict.sentence.startswith("checkout got slower")


@pytest.mark.parametrize(
    ("newest", "near", "standing"),
    [
        ([unknown(ERRORS, Reason.TOO_EARLY)], [], "watching"),
        (NORMAL, [], ""),
        ([BACK], [], "recovered"),
        ([MORE_ERRORS], [live("back", 6, service="checkout", rolls_back=DEPLOY.id)], "rolled back"),
        (NORMAL, [live("alice-413", 6, service="checkout")], "superseded"),
        (NORMAL, [live("flag", 6, kind=ChangeKind.FLAG, service="checkout")], ""),
        (NORMAL, [live("elsewhere", 6, service="front")], ""),
        (NORMAL, [live("alice-413", 60, service="checkout")], ""),
    ],
)
def test_standing(newest: list[Assessment], near: list[Change], standing: str) -> None:
    """A sub-state stands beside the word, and nothing is superseded by what is no deploy of its service."""
    assert judged(newest, others=[Other(c) for c in near]).standing == standing


def test_a_verdict_keeps_its_times() -> None:
    """The verdict carries its number, its onset and the next look as they were."""
    verdict = judged([MORE_ERRORS])

    assert (verdict.seq, verdict.change) == (1, DEPLOY.id)
    assert (verdict.at, verdict.next_look, verdict.onset) == (at(8), at(12), at(2))
    assert judged(NORMAL).onset is None
    assert judged(NORMAL).suspects == ()


def test_only_watched_slis_are_waited_for() -> None:
    """Definitions of other services and environments may be given, and are not counted."""
    more = SLIS | {
        "front p95": replace(SLIS["checkout p95"], name="front p95", service="front"),
        "staging p95": replace(SLIS["checkout p95"], name="staging p95", environment="staging"),
    }

    assert judged(NORMAL, slis=more).sentence == "3 of 3 indicators normal"


def test_a_change_without_a_service_waits_for_what_it_affects() -> None:
    """A change of infrastructure is judged on what it affects, else on what is required."""
    move = live("pool", 0, kind=ChangeKind.INFRASTRUCTURE, affects=("checkout errors",))
    required = SLIS | {MEMORY.name: replace(MEMORY, required=True)}
    affected = judged([], change=move, slis=required)
    whole = judged([], change=replace(move, affects=()), slis=required)

    assert "0 of 1 indicator looked at" in affected.sentence
    assert "0 of 1 indicator looked at" in whole.sentence


@pytest.mark.parametrize(
    ("newest", "sure"),
    [
        ([replace(MORE_ERRORS, seen=20)], Sure.SURE),
        ([replace(SLOWER, p_worse=0.009, degree=0.5)], Sure.LIKELY),
        ([replace(SLOWER, p_worse=0.009, degree=0.5, seen=3)], Sure.MAYBE),
        ([replace(MORE_ERRORS, onset=onset(60), at=at(90))], Sure.MAYBE),
        (NORMAL, Sure.SURE),
        ([replace(a, reason=Reason.SO_FAR, seen=3) for a in NORMAL], Sure.MAYBE),
        ([unknown(ERRORS, Reason.NO_SAMPLES), *NORMAL[1:]], Sure.LIKELY),
        ([unknown(ERRORS, Reason.NO_SAMPLES)], Sure.MAYBE),
    ],
)
def test_sureness(newest: list[Assessment], sure: Sure) -> None:
    """Sureness comes from evidence, samples and rivals, and is never claimed for what is unknown."""
    assert judged(newest).sure is sure


def test_doubt_of_a_move() -> None:
    """Doubt says from what the word comes and what would turn it."""
    assert judged([replace(SLOWER, seen=8)]).doubt == (
        "8 samples, chance alone does this 1 time in 330, and no other change fits."
        " Once back at 640 to 1,010 ms for as long as it was out, this becomes healthy"
        "; clearly beyond 1,380 ms, unhealthy. Next look 11:12."
    )


def test_doubt_of_health() -> None:
    """Health says on how many samples it rests, and what may still come."""
    assert judged(NORMAL).doubt == (
        "8 samples of each, inside their normal. A smaller or slower move may still show"
        ": next look 11:12."
    )
    assert judged(NORMAL, next_look=None).doubt.endswith("The watch is over.")


def test_power() -> None:
    """Health states what could have been noticed, with its unit, in the direction that hurts."""
    assert judged(NORMAL).power == (
        "We would have noticed checkout errors higher by 0.5 points"
        ", checkout memory higher by 40 MiB (13 %), checkout p95 slower by 200 ms (25 %)."
    )
    assert judged([unknown(ERRORS, Reason.TOO_EARLY, noticeable=3.0)]).power == (
        "So far we would only notice checkout errors higher by 3 points."
    )


def test_every_word_has_its_place() -> None:
    """The order of words is unhealthy, ailing, improved, healthy, unknown."""
    assert [str(h) for h in WORST_FIRST] == [
        "unhealthy", "ailing", "improved", "healthy", "unknown",
    ]  # fmt: skip
    assert LIVE.tzinfo is not None
