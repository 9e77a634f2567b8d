"""The parts of the judge's measurement do what they say, on series and answers that are known."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.judgement import cases, noise
from bench.judgement.answers import LOOKS, PRODUCT, kept, of_product
from bench.judgement.cases import Facts, Wanted, draw
from bench.judgement.families import BY_NAME, FAMILIES, Stretch, Truth
from bench.judgement.generated import PROCESSES, write_series
from bench.judgement.intervals import clustered, wilson
from bench.judgement.measures import false_alarms, ranking, recall
from bench.judgement.peers import sprt, three_sigma
from bench.judgement.peers.seen import Learn, Seen
from bench.judgement.peers.shelf import Laying
from bench.judgement.product import Looked, Said
from bench.judgement.rivals import Peers, lay
from bench.judgement.run import rounds
from bench.judgement.series import Half, NoSeriesError, Series, carried, half_of, read_series
from shipwake.domain import Floats, Health

CHANGE, LENGTH = 300, 361


def _stretch() -> Stretch:
    values = 50 + np.random.default_rng(3).standard_normal(LENGTH)
    return Stretch(values=values, change=CHANGE, past=np.array([100, 200]), noise=0.2, worse=1.0)


def _moved(family: str, seed: int = 5) -> tuple[Floats, float]:
    """What a family adds to a stretch, in units of its noise, and its size."""
    stretch = _stretch()
    injected = BY_NAME[family].inject(stretch, np.random.default_rng(seed))
    return (injected.values - stretch.values) / stretch.noise, injected.k


def _facts(number: int, *, family: str = "nothing", k: float = 0.0) -> Facts:
    return Facts(
        id=f"case-{number}",
        family=family,
        truth=BY_NAME[family].truth,
        series=f"made-up/{number % 5}",
        dataset="made-up",
        step_s=60.0,
        changed_at=1.7e9,
        lower=True,
        k=k,
        limits=(0.9, 0.95),
    )


def _said(facts: Facts, *words: Health) -> Said:
    """One word a look, the last one kept."""
    words = (*words, *[words[-1]] * (len(LOOKS) - len(words)))
    return Said(
        facts=facts,
        looks=tuple(
            Looked(
                samples=samples,
                health=word,
                reason="normal",
                p_worse=1e-5 if word.hurts else 0.5,
                p_better=0.5,
            )
            for samples, word in zip(LOOKS, words, strict=True)
        ),
        interval=None,
    )


def test_the_half_of_a_series_never_changes() -> None:
    """A series is in the half that the SHA-256 of its id says, on every machine and for ever."""
    halves = {name: half_of(name) for name in ("host-0.m0", "Twitter_volume_CVS")}

    assert halves == {"host-0.m0": Half.REPORT, "Twitter_volume_CVS": Half.TUNING}


def test_the_halves_share_no_series(tmp_path: Path) -> None:
    """Tuning and report have no series in common, and together all there are."""
    write_series(tmp_path, seed=1, hosts=4, length=1500)
    tuning, report, both = (
        {s.id for s in read_series(tmp_path, half)}
        for half in (Half.TUNING, Half.REPORT, Half.BOTH)
    )

    assert tuning & report == set()
    assert tuning | report == both
    assert min(len(tuning), len(report)) > 0


def test_a_short_series_is_left_out(tmp_path: Path) -> None:
    """A series of fewer than 1,500 samples, whose moments would nearly be one, is not measured on."""
    write_series(tmp_path, seed=1, hosts=4, length=1499)

    with pytest.raises(NoSeriesError, match="names no series"):
        read_series(tmp_path, Half.BOTH)


def test_missing_series_say_what_to_do(tmp_path: Path) -> None:
    """Without series the message names the folder, the option and the page."""
    with pytest.raises(NoSeriesError, match=r"--data FOLDER.*measure-the-judge"):
        read_series(tmp_path / "nowhere", Half.REPORT)


def test_only_short_holes_are_carried() -> None:
    """A hole of three is filled from before, the fourth slot stays a hole, and nothing comes before the first value."""
    nan = np.nan

    filled = carried(np.array([nan, 1, nan, nan, nan, nan, 2]), 3)

    np.testing.assert_array_equal(filled, [nan, 1, 1, 1, 1, nan, 2])


def test_the_limit_is_that_of_a_matched_filter() -> None:
    """On white noise a step of k is found by the share Φ(k − 2.33) at one percent false alarms."""
    found = noise.contrasts(np.random.default_rng(0).standard_normal(400_000))
    unit = noise.unit_of(found)

    assert unit == pytest.approx(np.sqrt(2 / 60), rel=0.03)
    assert noise.reachable(found, 3 * unit, 0.01) == pytest.approx(0.749, abs=0.03)
    assert noise.reachable(found, 0.0, 0.01) == pytest.approx(0.01, abs=0.002)


def test_nothing_is_touched_before_the_change() -> None:
    """No family but the warm-up, which earlier deploys had as well, alters what came before the change."""
    for family in FAMILIES:
        if family.name not in ("warm-up", "traffic"):
            moved, _ = _moved(family.name)
            assert not np.nan_to_num(moved[:CHANGE]).any(), family.name


def test_a_step_moves_all_that_follows_by_its_size() -> None:
    """A step adds k units of noise to each sample from the change on, upward where that is worse."""
    moved, k = _moved("step worse")
    better, k_better = _moved("step better")

    np.testing.assert_allclose(moved[CHANGE:], k)
    np.testing.assert_allclose(better[CHANGE:], -k_better)


def test_a_ramp_reaches_its_size_after_sixty_samples() -> None:
    """A ramp is zero at the change and k units of noise sixty samples later."""
    moved, k = _moved("ramp worse")

    assert moved[CHANGE] == pytest.approx(0.0)
    assert moved[CHANGE + 60] == pytest.approx(k)


def test_a_late_step_begins_late() -> None:
    """The first ten samples after the change are as they were, and the last ones moved by k."""
    moved, k = _moved("late step")

    assert not moved[: CHANGE + 10].any()
    assert moved[-1] == pytest.approx(k)


@pytest.mark.parametrize("seed", range(5))
def test_a_burst_is_short(seed: int) -> None:
    """A burst is one to three samples in a row, within half an hour of the change."""
    moved, _ = _moved("burst", seed)
    far = np.flatnonzero(moved)

    assert 1 <= len(far) <= 3
    assert far[-1] - far[0] < 3
    assert CHANGE < far[0] < CHANGE + 30


def test_excursions_come_again_and_again() -> None:
    """Excursions are at least four, of two samples each, with samples in between that did not move."""
    moved, k = _moved("excursions")
    far = np.abs(moved) > k / 2
    begins = np.flatnonzero(far[1:] & ~far[:-1])

    assert len(begins) >= 4
    assert far[CHANGE:].mean() < 0.3


def test_a_warm_up_follows_every_deploy() -> None:
    """What the judged change does, each earlier one did, and it went away."""
    moved, _ = _moved("warm-up")

    for at in (100, 200, CHANGE):
        assert moved[at] > 3
        assert abs(moved[at + 29]) < 0.2 * moved[at]


def test_a_dark_source_sends_nothing_more() -> None:
    """After the change there is one sample and then none."""
    moved, _ = _moved("dark")

    assert np.isnan(moved[CHANGE + 1 :]).all()
    assert np.isfinite(moved[: CHANGE + 1]).all()


def test_the_same_seed_draws_the_same_cases(tmp_path: Path) -> None:
    """Cases depend on seed, family and number alone, not on how many are drawn or in which company."""
    write_series(tmp_path, seed=1, hosts=3, length=3000)
    series = read_series(tmp_path, Half.BOTH)
    step = Wanted(family="step worse", count=3)

    alone = list(draw(series, [step], 9))
    among = list(draw(series, [Wanted(family="nothing", count=2), replace(step, count=4)], 9))

    assert [c.facts for c in alone] == [c.facts for c in among[2:5]]
    for one, same in zip(alone, among[2:5], strict=True):
        np.testing.assert_array_equal(one.values, same.values)


def test_rounds_draw_the_same_cases_in_turn(tmp_path: Path) -> None:
    """In rounds every case is drawn that is drawn at once, and the first ones of each family come first."""
    write_series(tmp_path, seed=1, hosts=3, length=3000)
    series = read_series(tmp_path, Half.BOTH)
    wanted = [Wanted(family="nothing", count=5), Wanted(family="burst", count=3)]

    at_once = [c.facts for c in draw(series, wanted, 9)]
    in_turn = [c.facts for c in draw(series, rounds(wanted, 2), 9)]

    assert sorted(f.id for f in in_turn) == sorted(f.id for f in at_once)
    assert all(f in at_once for f in in_turn)
    assert [f.family for f in in_turn[:4]] == ["nothing", "nothing", "burst", "burst"]


def test_peers_answer_from_several_processes(tmp_path: Path) -> None:
    """Two processes say of the cases what one says, in the same order."""
    write_series(tmp_path, seed=1, hosts=3, length=3000)
    drawn = list(draw(read_series(tmp_path, Half.BOTH), [Wanted(family="step worse", count=70)], 9))
    with Laying(tmp_path / "shelf") as laying:
        for case in drawn:
            lay(laying, case, sampled=False)
    answers = [
        Peers(python=Path(sys.executable), reference=None, jobs=jobs, say=lambda _: None).answers(
            tmp_path / "shelf", [c.facts for c in drawn]
        )[1]
        for jobs in (1, 2)
    ]

    assert len(answers[0]) == len(answers[1]) >= 2
    for alone, shared in zip(*answers, strict=True):
        assert len(alone.facts) in (0, len(drawn))
        np.testing.assert_array_equal(alone.score, shared.score)


def test_a_case_tells_the_move_that_it_holds(tmp_path: Path) -> None:
    """The effect of a case is the mean by which sixty samples were moved: k units of noise where no bound cut it."""
    write_series(tmp_path, seed=2, hosts=3, length=3000)
    drawn = list(draw(read_series(tmp_path, Half.BOTH), [Wanted(family="step better", count=5)], 4))

    assert len(drawn) == 5
    for case in drawn:
        assert case.facts.truth is Truth.BETTER
        assert case.facts.effect * (-1 if case.facts.lower else 1) > 0


def test_known_anomalies_are_no_quiet_moments() -> None:
    """No moment has a labelled sample, or a hole, within an hour of it."""
    odd = np.zeros(3000, bool)
    odd[2500] = True
    values = np.ones(3000)
    values[2000] = np.nan
    series = Series(
        id="one", dataset="made-up", kind="", t0_s=0.0, step_s=60.0, values=values, odd=odd
    )

    moments = cases.quiet_moments(series, least=1000)

    assert len(moments) > 500
    assert np.abs(moments - 2500).min() >= 60
    assert np.abs(moments - 2000).min() >= 60


def test_wilsons_interval_is_the_known_one() -> None:
    """None of ten leaves up to 27.8 percent open, five of ten 23.7 to 76.3."""
    none, half = wilson([False] * 10), wilson([True, False] * 5)

    assert (none.low, none.high) == pytest.approx((0.0, 0.2775), abs=1e-3)
    assert (half.low, half.high) == pytest.approx((0.2366, 0.7634), abs=1e-3)


def test_cases_of_one_series_count_for_less() -> None:
    """Where all cases of a series agree, the interval is as wide as the few series make it."""
    flags = np.repeat(np.arange(20) % 2 == 0, 50)
    strangers = wilson(flags)

    kin = clustered(flags, [str(i // 50) for i in range(1000)])

    assert kin.share == strangers.share
    assert kin.high - kin.low > 4 * (strangers.high - strangers.low)


def test_the_area_counts_ties_half() -> None:
    """The area is the chance that a worse case scores higher, ties counting half."""
    assert ranking.area(np.array([0.0, 1.0]), np.array([1.0, 2.0])) == pytest.approx(0.875)
    assert ranking.area(np.array([1.0]), np.array([1.0])) == pytest.approx(0.5)


def test_a_threshold_lets_no_more_pass_than_asked() -> None:
    """At most one in a hundred harmless scores passes the threshold for one percent."""
    harmless = np.random.default_rng(0).standard_normal(1000)

    assert np.mean(harmless > ranking.threshold_of(harmless, 0.01)) <= 0.01


def test_what_was_said_stays_said() -> None:
    """An alarm counts from its first look on, also where a later look took it back."""
    said = _said(_facts(0), Health.HEALTHY, Health.AILING, Health.HEALTHY)

    answers = of_product([said])

    assert answers.alarm[0].tolist() == [False, *[True] * 7]
    assert answers.score[0, 0] < answers.score[0, 1] == answers.score[0, -1]


def test_a_judge_that_cries_wolf_shows() -> None:
    """A judge that calls everything ailing has all its false alarms in the table, and a quiet one none."""
    facts = [_facts(i) for i in range(20)]
    for word, shown in ((Health.AILING, "100.0"), (Health.HEALTHY, "0.0")):
        said = [_said(f, word) for f in facts]
        product = of_product(said)
        sketch = replace(product, method="sketch", alarm=~product.alarm)
        alone, beside = false_alarms.measure(said, [product, sketch]).tables

        assert alone.rows[0][2].startswith(f"{shown} (")
        assert not alone.rows[0][5].startswith(shown)
        assert beside.rows[0][2].startswith(f"{shown} (")


def test_a_judge_that_sees_nothing_shows() -> None:
    """A judge that calls every step healthy has found none of them, and one that is late only the late share."""
    facts = [_facts(i, family="step worse", k=8.0) for i in range(20)]
    blind = [_said(f, Health.HEALTHY) for f in facts]
    late = [_said(f, *[Health.HEALTHY] * 5, Health.AILING) for f in facts]

    for said, within_30, within_60 in ((blind, "0.0", "0.0"), (late, "100.0", "100.0")):
        row = recall.measure([of_product(said)]).tables[0].rows[0]
        assert (row[0], row[3]) == ("step worse", "0.0")
        assert row[5] == within_30
        assert row[6].startswith(within_60)


def test_a_method_without_a_case_says_so() -> None:
    """A method that was asked of no case is shown with dashes, never with zeros."""
    nobody = kept("nobody", [], np.empty((0, len(LOOKS))), np.empty((0, len(LOOKS)), bool))
    table = false_alarms.measure([], [nobody]).tables[1]

    assert table.rows[0][2:] == ("–",) * 5
    assert PRODUCT not in table.rows[0]


def test_too_few_harmless_cases_set_no_threshold() -> None:
    """Of a method that was asked of fewer than a hundred harmless cases nothing is told at one percent."""
    facts = [_facts(i) for i in range(99)] + [_facts(99, family="step worse", k=8.0)]
    said = of_product([_said(f, Health.HEALTHY) for f in facts])

    few = ranking.measure([said]).tables[0].rows[0]
    assert few[1:4] == ("–", "–", "–")
    assert few[5] != "–"


@pytest.mark.parametrize("learner", [sprt.learner, three_sigma.learner])
def test_peers_tell_a_large_step_from_white_noise(learner: Callable[[], Learn]) -> None:
    """On the independent noise that it was made for, a peer alarms at a large step, seldom else, never in the dark."""
    process, quiet = PROCESSES[0], 0
    for seed in range(40):
        chance = np.random.default_rng(seed)
        before, last = process.past(2000, chance)
        (after,) = process.futures(2000, last, 1, chance)
        look = learner()(Seen(before=before, step_s=60.0, past=np.empty(0, np.int64)))
        quiet += not look(after)[1]
        assert look(after + 5)[1]
        assert look(np.full(20, np.nan)) == (0.0, False)

    assert quiet >= 38
