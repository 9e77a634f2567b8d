"""A moment at which nothing changed is judged as a live change would be, by a normal that never saw it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from shipwake.backtest.followed import HISTORY, Followed, Known
from shipwake.backtest.placebo import Answer, Moment, Terms, judge
from shipwake.backtest.sight import AFTER
from shipwake.backtest.step import Ruler
from shipwake.domain import Health, Look, Samples, Schedule, Sli
from shipwake.flow import HISTORY as LIVE_HISTORY
from shipwake.judge import Past, assess, learn, level
from tests.judge.cases import ANCHOR, STEP, counted, gauge, noisy, ratio

TERMS = Terms(schedule=Schedule(later=()), caution=0.01)
AT = ANCHOR
START = ANCHOR - 2 * timedelta(days=1)
END = ANCHOR + 60 * STEP


def _followed(sli: Sli, samples: Samples, known: Sequence[Known] = ()) -> Followed:
    return Followed.of(sli, samples, STEP, known, END)


def _latency(seed: int = 1, move: float = 0.0) -> Samples:
    """Two quiet days, and an hour from AT on that is moved."""
    values = noisy(seed)
    values[-60:] += move
    return Samples.of(START, STEP, values)


def _errors(seed: int = 1) -> Samples:
    return Samples.of(START, STEP, counted(seed))


def _one(
    followed: Followed,
    terms: Terms = TERMS,
    beside: Sequence[Followed] = (),
    ruler: Ruler | None = None,
) -> Answer:
    """What is said of one SLI at AT, beside others that are judged with it."""
    name = followed.sli.name
    moment = Moment(at=AT, own=frozenset({name}), stepped=ruler is not None)
    ((answer,),) = judge([moment], [followed, *beside], terms, {name: ruler} if ruler else {})
    return answer


def test_a_quiet_moment_is_quiet_and_a_moved_one_is_not() -> None:
    """Nothing is said of an hour like any other, worse of one that is higher, better of one that is lower."""
    quiet, higher, lower = (_one(_followed(gauge(), _latency(move=m))) for m in (0.0, 60.0, -60.0))

    assert (quiet.judged, quiet.worse, quiet.better) == (True, False, False)
    assert (higher.worse, higher.better) == (True, False)
    assert (lower.worse, lower.better) == (False, True)
    assert quiet.least_worse > TERMS.caution >= higher.least_worse


def test_it_says_what_every_look_of_a_live_watch_says() -> None:
    """Whether worse or better was said is whether any look says it, made one by one by the judge's own door."""
    for seed in range(4):
        for move in (0.0, 5.0, 9.0, -9.0):
            followed = _followed(gauge(), _latency(seed, move))
            normal = learn(gauge(), followed.before(AT), AT, (), unit_s=60)
            held = level([normal], TERMS.caution)
            words = {
                assess(normal, followed.samples.between(AT, due), _look(i, due), held).health
                for i, due in enumerate((AT + m * STEP for m in TERMS.schedule.looks), 1)
            }
            answer = _one(followed)
            assert answer.worse == bool(words & {Health.AILING, Health.UNHEALTHY}), (seed, move)
            assert answer.better == (Health.IMPROVED in words), (seed, move)


def _look(number: int, due: datetime) -> Look:
    return Look(change="", sli="latency", number=number, due=due, anchor=AT)


def test_no_normal_saw_its_moment() -> None:
    """What comes after the hour changes nothing, and what comes in it changes no normal."""
    whole = _latency(2)
    more = Samples.of(START, STEP, np.concatenate([noisy(2), np.full(300, 9e5)]))
    turned = Samples.of(START, STEP, np.concatenate([noisy(2)[:-60], np.full(60, 9e5)]))
    followed = [_followed(gauge(), s) for s in (whole, more, turned)]

    assert _one(followed[0]) == _one(followed[1])
    assert [_one(f).level for f in followed] == [_one(followed[0]).level] * 3


def test_the_least_caution_is_where_it_would_be_called() -> None:
    """With a little more caution than the least a moment is called worse, with a little less it is not."""
    tried = 0
    for seed in range(10):
        followed = _followed(gauge(), _latency(seed, 6.0))
        least = _one(followed).least_worse
        if not 2e-4 < least < 0.4 or not _one(followed, replace(TERMS, caution=0.5)).worse:
            continue  # a level that stays where it was is called nothing, whatever the caution
        tried += 1
        more, less = (_one(followed, replace(TERMS, caution=least * f)) for f in (1.05, 0.95))
        assert (more.worse, less.worse) == (True, False), seed

    assert tried > 3


def test_the_least_caution_holds_for_several_indicators_together() -> None:
    """The same is true of an SLI whose evidence is held against the level of five."""
    tried = 0
    for seed in range(6):
        slis = [replace(gauge(), name=f"latency {i}") for i in range(5)]
        moved = [_latency(10 * seed + i, 7.0 * (i == 0)) for i in range(5)]
        followed = [_followed(s, x) for s, x in zip(slis, moved, strict=True)]
        first = _one(followed[0], TERMS, followed[1:])
        if not 2e-4 < first.least_worse < 0.2:
            continue
        tried += 1
        for factor, said in ((1.1, True), (0.9, False)):
            terms = replace(TERMS, caution=first.least_worse * factor)
            answer = _one(followed[0], terms, followed[1:])
            assert answer.worse is said, (seed, factor)

    assert tried > 1


def test_what_notice_hides_no_caution_brings() -> None:
    """A clear move that is smaller than `notice` is never said, and counts at no setting."""
    sli = replace(gauge(), notice=replace(gauge().notice, absolute=500.0))
    answer = _one(_followed(sli, _latency(move=60.0)))

    assert (answer.worse, answer.least_worse) == (False, 1.0)


@pytest.mark.parametrize("sli", [gauge(), ratio()])
def test_the_smallest_step_that_is_seen_is_seen(sli: Sli) -> None:
    """At each horizon the size that is told is called worse by the judge, and the next smaller one is not."""
    samples = _latency() if sli.name == "latency" else _errors()
    followed = _followed(sli, samples)
    ruler = Ruler.of(sli, samples)
    answer = _one(followed, ruler=ruler)
    normal = learn(sli, followed.before(AT), AT, (), unit_s=60)
    held = level([normal], TERMS.caution)
    assert answer.seen is not None
    assert answer.level is not None

    for samples_, place, last in zip(AFTER, answer.seen, (5, 12, 60), strict=True):
        assert samples_ >= last
        assert place is not None
        assert place > 0
        due = AT + last * STEP
        look = Look(change="", sli=sli.name, number=1, due=due, anchor=AT)
        for at, said in ((place, True), (place - 1, False)):
            moved = ruler.stepped(followed.after(AT, END), answer.level, float(ruler.sizes[at]))
            assert assess(normal, moved, look, held).health.hurts is said, (last, at)
    places = [place for place in answer.seen if place is not None]
    assert sorted(places, reverse=True) == list(answer.seen)


def test_the_moments_of_a_block_are_judged_as_each_alone() -> None:
    """Hours after the learning a moment gets the answer of one that was learned for, and moved ones are found."""
    sli, hours = gauge(), [timedelta(hours=h) for h in (0, 2, 5, 9)]
    rest = noisy(3, 12 * 60)
    rest[9 * 60 : 10 * 60] += 60
    whole = np.concatenate([noisy(3)[:-60], rest])
    samples = Samples.of(START, STEP, whole)
    followed = Followed.of(sli, samples, STEP, (), START + len(whole) * STEP)
    ruler = {sli.name: Ruler.of(sli, samples)}
    asked = [Moment(at=AT + h, own=frozenset({sli.name}), stepped=True) for h in hours]
    block = [each[0] for each in judge(asked, [followed], TERMS, ruler)]
    alone = [judge([m], [followed], TERMS, ruler)[0][0] for m in asked]

    assert block[0] == alone[0]
    assert [a.worse for a in block] == [False, False, False, True]
    for one, other in zip(block, alone, strict=True):
        assert (one.worse, one.better, one.level) == (other.worse, other.better, other.level)
        assert one.least_worse == pytest.approx(other.least_worse, rel=0.5, abs=0.05)
        for a, b in zip(one.seen or (), other.seen or (), strict=True):
            assert abs((a or 0) - (b or 0)) <= 2


def test_each_moment_is_asked_of_its_own_indicators() -> None:
    """An SLI whose window is not free at a moment has no answer there, though its evidence counts for the others."""
    followed = [_followed(replace(gauge(), name=n), _latency(i)) for i, n in enumerate("ab")]
    asked = [
        Moment(at=AT - timedelta(hours=h), own=frozenset(own)) for h, own in ((3, "a"), (1, "ab"))
    ]

    answers = judge(asked, followed, TERMS, {})
    assert [[a.sli for a in each] for each in answers] == [["a"], ["a", "b"]]


def test_too_short_a_past_is_no_answer_but_a_reason() -> None:
    """A moment with two hours before it is not judged, and says what is missing."""
    samples = _latency().between(AT - 120 * STEP, END)
    answer = _one(_followed(gauge(), samples))

    assert (answer.judged, answer.worse, answer.better) == (False, False, False)
    assert answer.why == "120 samples before the change; 200 are needed"


def test_a_harm_is_known_from_when_it_was_seen() -> None:
    """Before the look that found it a harmful change is like any other; its end is never later than the moment."""
    harm = Past(at=AT - 90 * STEP, harmful=True, until=AT + 90 * STEP)
    known = Known(past=harm, seen_at=AT - 60 * STEP)

    assert known.at(AT - 61 * STEP) == Past(at=harm.at)
    assert known.at(AT) == Past(at=harm.at, harmful=True, until=AT)
    followed = _followed(gauge(), _latency(), [known])
    assert followed.past(AT - 100 * STEP) == []
    assert followed.past(AT) == [known.at(AT)]


def test_the_past_is_as_long_as_a_live_one() -> None:
    """A normal is learned here from as much as in the flow."""
    assert HISTORY == LIVE_HISTORY
