"""The page of an indicator says what its settings cost: how often it cries wolf, and what it would still notice."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from shipwake.config import lacking
from shipwake.domain import Assessment, Better, Rate
from shipwake.web.pages.price import Caution, costs
from tests.pages.scene import AT, MINUTE, SLIS, normal

SLI = SLIS["page p95"]
LOOKS = [
    replace(normal(), look=k, at=AT + m * MINUTE, seen=m, wanted=m, noticeable=size, noticeable_relative=size / 820)
    for k, (m, size) in enumerate([(3, None), (5, 160.0), (12, 57.4), (20, 41.0)], 1)
    if size is not None
]  # fmt: skip
MONTHLY = Caution(share=0.025, rate=Rate(1, "month"), changes=40)


def _told(
    looks: Sequence[Assessment] = LOOKS, caution: Caution | None = None, **more: object
) -> dict[str, str]:
    sli = replace(SLI, **more)  # type: ignore[arg-type]
    return {f.term: f.text for f in costs(sli, looks, caution or Caution(share=0.01))}


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.01, "one harmless change in a hundred"), (0.025, "one harmless change in 40"), (0.05, "in twenty")],
)  # fmt: skip
def test_how_often_it_cries_wolf_is_a_number_of_changes(share: float, words: str) -> None:
    """A share is told as one change in so many."""
    told = _told(caution=Caution(share=share))

    assert words in told["false alarms"]
    assert told["false alarms"].endswith("is called ailing or unhealthy")


def test_a_number_of_false_alarms_says_what_it_was_made_of() -> None:
    """With a rate the page names it and the changes of the last 28 days that it was divided by."""
    told = _told(caution=MONTHLY)

    assert told["false alarms"].endswith("1 per month is asked for, with 40 changes in 28 days")


def test_what_would_be_noticed_and_when() -> None:
    """The look at twelve samples tells what size would be noticed, in the direction that harms."""
    assert _told()["noticed"] == "+7 % within 12 min"
    assert _told(better=Better.HIGHER)["noticed"].startswith("−7 %")
    assert "noticed" not in _told(looks=LOOKS[:1])


def test_the_price_stands_beside_the_usual() -> None:
    """Where false alarms are set, the size is held against that of the usual caution; an equal one is not."""
    dear = [replace(a, noticeable_usually=73.8) for a in LOOKS]
    alike = [replace(a, noticeable_usually=a.noticeable) for a in LOOKS]

    assert _told(dear, MONTHLY)["noticed"] == "+7 % within 12 min, instead of +9 % with caution: 1%"
    assert _told(alike, MONTHLY)["noticed"] == "+7 % within 12 min"


def test_another_judge_is_named() -> None:
    """An SLI with a detector says which, or that it is not installed."""
    told = _told(detector="pyod.ECOD")["judge"]
    absent = lacking([replace(SLI, detector="pyod.ECOD")], "no_such_library")

    assert "pyod.ECOD" in told
    assert "judge" not in _told()
    assert absent.endswith("remove `detector` or install shipwake[pyod]")
    assert lacking([SLI], "no_such_library") == ""
