"""Blame is shared over what overlaps, by what fits, and something else is always a suspect."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from shipwake.domain import ChangeKind, Exposure, Health, Onset, Suspect
from shipwake.verdict import Other
from shipwake.verdict.suspects import SOMETHING_ELSE, better_fit, blame
from tests.verdict.drawn import Case, cases
from tests.verdict.made import DEPLOY, ERRORS, LIVE, MORE_ERRORS, at, live, onset

PAYMENTS = live(
    "bob-config", 1.5, kind=ChangeKind.CONFIG, service="payments", title="payments-config"
)


def shares(*others: Other, minutes: float = 2.0, margin: float = 0.5) -> dict[str, float]:
    """Each suspect's share where errors moved so many minutes after Alice's deploy."""
    moved = replace(MORE_ERRORS, onset=onset(minutes, margin))
    return {s.change or s.name: s.share for s in blame(DEPLOY, moved, ERRORS, others)}


@given(drawn=cases())
@settings(max_examples=200, deadline=None)
def test_shares_add_to_one(drawn: Case) -> None:
    """Whatever overlaps, shares are hundredths from 0 to 1 that add to 1, and the rest comes last."""
    for a in drawn.newest:
        found = blame(drawn.change, a, drawn.slis.get(a.sli, ERRORS), drawn.others)

        assert sum(round(100 * s.share) for s in found) == 100
        assert all(0 <= s.share <= 1 for s in found)
        assert found[-1].name == SOMETHING_ELSE
        assert found[-1].share >= 0.01


@pytest.mark.parametrize(
    ("minutes", "alone", "beside"),
    [(2, (98, 2), (42, 57, 1)), (22, (65, 35), (3, 96, 1)), (-9, (0, 100), None)],
)
def test_the_figures_of_the_docs(
    minutes: float, alone: tuple[int, ...], beside: tuple[int, ...] | None
) -> None:
    """The explanation's table says what the arithmetic gives."""
    config = live("config", minutes, kind=ChangeKind.CONFIG, service="checkout")

    assert tuple(round(100 * s) for s in shares(minutes=minutes).values()) == alone
    if beside:
        found = shares(Other(config), minutes=minutes)
        assert tuple(round(100 * s) for s in found.values()) == beside


def test_alone_and_at_once() -> None:
    """A move in the first minutes after the only change near is nearly surely that change's."""
    assert shares()["alice-412"] >= 0.9


@pytest.mark.parametrize("minutes", [5, 15, 40, 120])
def test_later_moves_fit_less(minutes: float) -> None:
    """The longer after the change a move begins, the less it fits."""
    assert shares(minutes=minutes)["alice-412"] < shares(minutes=minutes / 3)["alice-412"]


def test_a_move_before_the_change_does_not_fit() -> None:
    """What had begun nine minutes before the change went live is something else."""
    assert shares(minutes=-9)[SOMETHING_ELSE] >= 0.99


def test_an_unknown_onset_accuses_nobody_surely() -> None:
    """Where no onset is known, the change that is judged is a suspect, not a culprit."""
    moved = replace(MORE_ERRORS, onset=None, at=at(240))
    mine = blame(DEPLOY, moved, ERRORS, ())[0].share

    assert 0.1 < mine < 0.9


def test_the_own_service_comes_first() -> None:
    """At the same distance a change of the indicator's service weighs more than one of another."""
    same = replace(PAYMENTS, service="checkout")

    assert shares(Other(same))["bob-config"] > 2 * shares(Other(PAYMENTS))["bob-config"]


def test_what_names_the_indicator_counts_as_its_own() -> None:
    """A change that says it affects the service weighs as much as one of the service."""
    told = replace(PAYMENTS, affects=("checkout",))

    assert shares(Other(told)) == shares(Other(replace(PAYMENTS, service="checkout")))


def test_the_whole_environment_reaches_farther_than_a_service() -> None:
    """A change of the environment lies between the own service and another."""
    wide = replace(PAYMENTS, service="")
    own = replace(PAYMENTS, service="checkout")
    found = [shares(Other(c))["bob-config"] for c in (PAYMENTS, wide, own)]

    assert found == sorted(found)
    assert len(set(found)) == 3


def test_another_environment_hardly_counts() -> None:
    """A change in staging does not explain a move in production."""
    assert "bob-config" not in shares(Other(replace(PAYMENTS, environment="staging")))


def test_the_step_that_hurts_is_the_one_that_counts() -> None:
    """A flag ramped long ago fits a move that began with its step to 50 %."""
    ramp = (Exposure(at=at(-40), share=0.1), Exposure(at=at(1.5), share=0.5))
    ramped = live("flag", -40, kind=ChangeKind.FLAG, service="checkout", exposure=ramp)
    flat = replace(ramped, exposure=ramp[:1])

    assert shares(Other(ramped))["flag"] > 5 * shares(Other(flat))["flag"]


def test_a_step_is_named() -> None:
    """The reason names the step that fits."""
    ramp = (Exposure(at=at(-40), share=0.1), Exposure(at=at(-1), share=0.5))
    ramped = live("flag", -40, kind=ChangeKind.FLAG, service="checkout", exposure=ramp)
    found = blame(DEPLOY, MORE_ERRORS, ERRORS, [Other(ramped)])

    assert found[1].why == "Same service; stepped to 50 % 3 min before the move began."


def test_a_slow_rollout_may_show_before_it_is_done() -> None:
    """A deploy that took ten minutes fits a move that began half-way."""
    slow = replace(DEPLOY, started_at=at(-10))
    moved = replace(MORE_ERRORS, onset=onset(-5))

    assert blame(slow, moved, ERRORS, ())[0].share > 0.5
    assert blame(DEPLOY, moved, ERRORS, ())[0].share < 0.1


def test_what_went_with_its_rollback_fits() -> None:
    """A late move that ended with the rollback is this change's, and the reason says so."""
    late = replace(MORE_ERRORS, onset=onset(30), recovered_at=at(41))
    rollback = live("back", 40, service="checkout", rolls_back=DEPLOY.id)
    with_it = blame(DEPLOY, late, ERRORS, [Other(rollback)])[0]

    assert with_it.share > 0.8 > blame(DEPLOY, late, ERRORS, ())[0].share
    assert with_it.why.endswith("Back to normal when it was taken back.")


def test_what_stays_after_the_rollback_fits_less() -> None:
    """A move that is still there twenty minutes after the rollback speaks against the change."""
    stays = replace(MORE_ERRORS, onset=onset(30), at=at(60))
    rollback = live("back", 40, service="checkout", rolls_back=DEPLOY.id)
    found = blame(DEPLOY, stays, ERRORS, [Other(rollback)])[0]

    assert found.share < blame(DEPLOY, stays, ERRORS, ())[0].share
    assert found.why.endswith("It stayed when this was taken back.")


def test_a_flag_off_counts_like_a_rollback() -> None:
    """A flag turned down to nothing takes the change back."""
    off = (Exposure(at=LIVE, share=1.0), Exposure(at=at(40), share=0.0))
    flag = replace(DEPLOY, kind=ChangeKind.FLAG, exposure=off)
    late = replace(MORE_ERRORS, onset=onset(30), recovered_at=at(41))

    assert blame(flag, late, ERRORS, ())[0].share > 0.8


def test_a_neighbour_that_hurts_itself_is_likelier() -> None:
    """A change whose own indicators moved weighs more than one whose own are normal."""
    hurt, well = (
        shares(Other(PAYMENTS, health))["bob-config"]
        for health in (Health.UNHEALTHY, Health.HEALTHY)
    )

    assert hurt > well


def test_one_that_was_never_live_is_no_suspect() -> None:
    """What never reached production explains nothing."""
    planned = replace(PAYMENTS, at=None, exposure=())

    assert "bob-config" not in shares(Other(planned))


def test_a_clearly_better_fit() -> None:
    """Another change fits clearly better from half of all and three times this one's share on."""

    def fits(mine: float, other: float) -> bool:
        rest = 1 - mine - other
        named = [("me", mine), ("other", other), ("", rest)]
        return (
            better_fit([Suspect(change=c, name=c, share=s, why="") for c, s in named]) is not None
        )

    assert fits(0.09, 0.78)
    assert not fits(0.3, 0.6)
    assert not fits(0.05, 0.4)


def test_reasons_for_the_others() -> None:
    """Each suspect has its reason in words, with where it is and when it went live."""
    found = blame(DEPLOY, MORE_ERRORS, ERRORS, [Other(PAYMENTS)])

    assert [s.why for s in found] == [
        "Moved 2 min after it went live.",
        "Another service; live as the move began.",
        "What fits none of these, and chance.",
    ]


def test_after_the_move() -> None:
    """A change that went live after the move is said to be later, and has no share."""
    later = replace(PAYMENTS, at=at(12), exposure=(), service="checkout")
    moved = replace(MORE_ERRORS, onset=Onset(at=at(2), low=at(1), high=at(3)))
    found = blame(later, moved, ERRORS, ())

    assert found[0].share <= 0.01
    assert found[0].why == "Moved 10 min before it went live."
