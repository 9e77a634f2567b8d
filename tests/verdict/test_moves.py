"""A move reads well for any name that a person gave an indicator."""

from dataclasses import replace

import pytest

from shipwake.domain import Better, Effect, Health, NoticeSize, Reason, Sli, SliKind
from shipwake.verdict.moves import clause, excess, nominal, noticeable, noticing, objective
from tests.verdict.made import ERRORS, FASTER, MORE_ERRORS, P95, SLOWER, seen

UP = {"health": Health.AILING, "reason": Reason.MOVED, "before": 210.0, "after": 460.0}
DOWN = {"health": Health.AILING, "reason": Reason.MOVED, "before": 99.2, "after": 66.0}


@pytest.mark.parametrize(
    ("name", "unit", "words"),
    [
        ("search p95", "ms", "search got slower: p95 210 → 460 ms"),
        ("front latency", "ms", "front got slower: latency 210 → 460 ms"),
        ("checkout latency p99.9", "ms", "checkout got slower: latency p99.9 210 → 460 ms"),
        ("http_server_duration_p95_ms", "ms", "http_server got slower: duration p95 210 → 460 ms"),
        ("checkout/response time", "s", "checkout got slower: response time 210 → 460 s"),
        ("p95", "ms", "p95 rose 210 → 460 ms"),
        ("time to first byte", "ms", "time to first byte rose 210 → 460 ms"),
        ("upload size p95", "MiB", "upload size p95 rose 210 → 460 MiB"),
        ("5xx", "", "5xx rose 210 → 460"),
        ("CPU", "%", "CPU rose 210 → 460 %"),
        ("Kundenbestellungen (DE)", "/min", "Kundenbestellungen (DE) rose 210 → 460/min"),
        ("注文の遅延", "ms", "注文の遅延 rose 210 → 460 ms"),
        ("", "ms", "an indicator without a name rose 210 → 460 ms"),
    ],
)
def test_a_rise_by_name(name: str, unit: str, words: str) -> None:
    """A latency got slower, and everything else rose, whatever it is called."""
    sli = Sli(name=name, better=Better.LOWER, unit=unit)

    assert clause(seen(sli, **UP), sli) == words


def test_a_fall_of_what_should_be_high() -> None:
    """What is better high fell, when it fell."""
    sli = Sli(name="mail delivered", better=Better.HIGHER, unit="%", kind=SliKind.RATIO, good=True)

    assert clause(seen(sli, **DOWN), sli) == "mail delivered fell 99.2 → 66 %"


def test_better_moves() -> None:
    """An improvement is worded in its direction too."""
    fewer = replace(MORE_ERRORS, health=Health.IMPROVED, before=4.1, after=0.8, effect=None)

    assert clause(FASTER, P95) == "checkout got faster: p95 840 → 610 ms"
    assert clause(fewer, ERRORS) == "checkout errors fell 4.1 → 0.8 %"


def test_a_row_names_it_in_full() -> None:
    """A row gives the indicator's own name and the numbers, and no verb."""
    assert nominal(SLOWER, P95) == "checkout p95 840 → 2,350 ms"


def test_a_move_against_the_hour() -> None:
    """Where the level before the change would tell the wrong way round, the normal tells it."""
    # By night 900 ms came before, 500 ms is usual by now, and 700 ms is what is seen.
    found = replace(
        SLOWER,
        before=900.0,
        after=700.0,
        expected=replace(SLOWER.expected, low=450.0, high=550.0) if SLOWER.expected else None,
        effect=Effect(estimate=200.0, low=100.0, high=300.0, relative=0.4, unit="ms"),
    )

    assert clause(found, P95) == "checkout p95 is above its normal for this hour: 500 → 700 ms"


def test_a_move_without_levels() -> None:
    """Where only the effect is known, from and to come from the normal; with nothing, no number."""
    bare = replace(SLOWER, before=None, after=None)
    nothing = replace(bare, effect=None, expected=None, before=float("nan"))

    assert clause(bare, P95) == "checkout got slower: p95 825 → 2,325 ms"
    assert clause(nothing, P95) == "checkout got slower"


@pytest.mark.parametrize(
    ("sli", "words"),
    [
        (P95, "checkout p95 slower by 200 ms (25 %)"),
        (replace(P95, better=Better.EITHER), "checkout p95 moving by 200 ms (25 %)"),
        (replace(ERRORS, better=Better.HIGHER), "checkout errors lower by 20 points"),
        (replace(P95, unit="MiB"), "checkout p95 higher by 200 MiB (25 %)"),
        (replace(P95, name="checkout cpu"), "checkout cpu higher by 200 ms (25 %)"),
    ],
)
def test_what_would_be_noticed(sli: Sli, words: str) -> None:
    """Power is worded in the direction that hurts, with its unit."""
    size = 20.0 if sli.unit == "%" else 200.0
    assert noticing(seen(sli, noticeable=size, noticeable_relative=0.25), sli) == words


def test_a_share_that_can_hardly_move_so_far_is_not_spoken_of() -> None:
    """That a rise by a hundred points would be noticed tells nobody anything."""
    assert noticeable(seen(ERRORS, noticeable=49.0), ERRORS) == "+49 points"
    assert noticeable(seen(ERRORS, noticeable=100.0), ERRORS) == ""
    assert noticing(seen(ERRORS, noticeable=100.0), ERRORS) == ""


def test_power_that_is_not_known_is_not_said() -> None:
    """Without a finite size nothing is promised."""
    assert noticing(seen(P95), P95) == ""
    assert noticing(seen(P95, noticeable=float("inf")), P95) == ""


@pytest.mark.parametrize(
    ("sli", "total", "words"),
    [
        (ERRORS, 312.4, "≈ 312 failed"),
        (ERRORS, -310.0, "≈ 310 fewer failed"),
        (ERRORS, 0.4, ""),
        (ERRORS, float("nan"), ""),
        (replace(ERRORS, name="availability", good=True), 312.0, "≈ 312 failed"),
        (replace(ERRORS, name="mail delivered", good=True), 312.0, "≈ 312 fewer than usual"),
        (replace(ERRORS, name="cache misses"), 19_384.0, "≈ 19,400 more than usual"),
        (replace(P95, name="orders", kind=SliKind.COUNT), -12.0, "≈ 12 fewer than usual"),
    ],
)
def test_totals(sli: Sli, total: float, words: str) -> None:
    """A total is said in what failed, or what was more or fewer, and below one thing not at all."""
    assert excess(seen(sli, health=Health.AILING, excess=total), sli) == words


def test_objectives() -> None:
    """An objective is said as the bound of what is shown, in its unit."""
    assert objective(replace(ERRORS, objective=0.999)) == "0.1 %"
    assert objective(replace(ERRORS, better=Better.HIGHER, objective=0.999)) == "99.9 %"
    assert objective(replace(P95, objective=300.0, notice=NoticeSize())) == "300 ms"
    assert objective(replace(ERRORS, objective=99.5)) == "0.5 %"
    assert objective(P95) == ""
