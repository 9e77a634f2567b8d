"""What a setting costs, in words: how often a harmless change alarms, and what would be noticed; it sets nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shipwake.config import lacking
from shipwake.domain import Assessment, Better, Rate, Sli
from shipwake.verdict import numbers
from shipwake.web.charts import figure, lasting
from shipwake.web.pages.change_view import Fact

SETTLED = 12
"""Samples after which what is noticed is told: of the first looks, the one that most changes are known by."""
ALIKE = 0.02
NAMES = {20: "twenty", 50: "fifty", 100: "a hundred", 1000: "a thousand"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """The share of harmless changes that may alarm now; where it follows from a rate, that and the changes counted."""

    share: float
    rate: Rate | None = None
    changes: int = 0


def costs(sli: Sli, looks: Sequence[Assessment], caution: Caution) -> Iterator[Fact]:
    """The facts of one indicator; `looks` are those of its newest change, in their order."""
    yield Fact(
        term="false alarms", text=_false_alarms(caution), url="/backtest", link="On your own past"
    )
    told = next((a for a in looks if a.wanted >= SETTLED and a.noticeable), None)
    if told is not None:
        yield Fact(term="noticed", text=_noticed(told, sli))
    if sli.detector:
        yield Fact(term="judge", text=_judge(sli))


def _false_alarms(caution: Caution) -> str:
    one_in = float(f"{1 / caution.share:.2g}")
    number = NAMES.get(round(one_in), f"{one_in:,.3g}")
    words = f"about one harmless change in {number} is called ailing or unhealthy"
    if caution.rate is None:
        return words
    noun = "change" if caution.changes == 1 else "changes"
    return f"{words}: {caution.rate} is asked for, with {caution.changes:,} {noun} in 28 days"


def _noticed(a: Assessment, sli: Sli) -> str:
    now, usually = abs(a.noticeable or 0.0), a.noticeable_usually
    words = f"{_size(now, a, sli)} within {lasting(a.at - a.anchor)}"
    if usually is None or abs(abs(usually) / now - 1) < ALIKE:
        return words
    return f"{words}, instead of {_size(abs(usually), a, sli)} with caution: 1%"


def _size(size: float, a: Assessment, sli: Sli) -> str:
    """A move in the direction that harms: "+7 %", or in the unit where the level is about zero."""
    sign = {Better.LOWER: "+", Better.HIGHER: "−", Better.EITHER: "±"}[sli.better]
    if a.noticeable_relative and a.noticeable:
        return sign + numbers.percent(size / abs(a.noticeable) * a.noticeable_relative)
    return sign + figure(size, "points" if sli.unit == "%" else sli.unit)


def _judge(sli: Sli) -> str:
    return lacking([sli]) or f"{sli.detector}, held to the same moments as the built-in judge"
