"""What to set, from what was seen: `caution` by false messages a month, `notice` by what is seen in a quarter hour."""

from collections.abc import Sequence

import numpy as np

from shipwake.backtest.sight import AFTER
from shipwake.backtest.step import Ruler, Scale
from shipwake.domain import Advice, Floats, Sight

CAUTIONS = (0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001)
"""What may be proposed: never more than the default, never less than can be set."""
BEARABLE = 1.0
"""False messages a month below which a caution is proposed."""
BOTH_WAYS = 2
"""Of harmless changes `caution` may be called worse, and as many improved."""
SIZES = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
WITHIN = AFTER[1]
"""Samples after which a step of `notice` is to be seen."""


def caution(now: float, monthly: float, least: Floats) -> Advice:
    """The largest of `CAUTIONS` with less than one false message a month, at `monthly` changes a month.

    `least` [n] are the smallest cautions at which placebo moments bring a message. A caution is taken to bring as
    many as it brought there, and no fewer than it allows: so many moments cannot show a rarer mistake.
    """

    def monthly_false(c: float) -> float:
        brought = float(np.mean(least <= c)) if len(least) else 0.0
        return monthly * max(BOTH_WAYS * c, brought)

    fitting = [c for c in CAUTIONS if monthly_false(c) < BEARABLE]
    chosen = fitting[0] if fitting else CAUTIONS[-1]
    return Advice(
        caution=chosen,
        false_now=monthly_false(now),
        false_then=monthly_false(chosen),
        why=_why(chosen, monthly, len(least), fits=bool(fitting)),
    )


def _why(chosen: float, monthly: float, moments: int, *, fits: bool) -> str:
    if not moments:
        return "no placebo moment could be judged, so this is what the setting alone allows"
    if not fits:
        return f"even the smallest setting brings more than one at {monthly:,.0f} changes"
    if chosen == CAUTIONS[0]:
        return "the default brings less than one false message a month; more is not proposed"
    return f"the largest setting that brings less than one false message a month at {monthly:,.0f} changes"


def notice(ruler: Ruler, seen: Sequence[Sight]) -> str:
    """What is seen after a quarter of an hour of one-minute samples, rounded up, as `notice` is written; or empty."""
    sight = next((s for s in seen if s.samples == WITHIN), None)
    if sight is None or sight.size is None:
        return ""
    if ruler.scale is Scale.LEVEL and sight.relative is not None:
        return f"{written(rounded(100 * sight.relative))}%"
    amount = written(rounded(sight.size))
    unit = "points" if ruler.sli.unit == "%" else ruler.sli.unit
    return f"{amount} {unit}".strip()


def rounded(size: float) -> float:
    """The next number above `size` that people would say: 1, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(size))
    return float(next(s * power for s in SIZES if s * power >= size * (1 - 1e-9)))


def written(size: float) -> str:
    """A rounded number in full, as a configuration holds it."""
    return np.format_float_positional(float(f"{size:.3g}"), trim="-")
