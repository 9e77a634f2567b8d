"""What to set, from what was seen: `caution` by false messages a month, `notice` by what is seen in time."""

from collections.abc import Sequence

import numpy as np

from shipwake.backtest.step import Ruler, Scale
from shipwake.domain import Advice, Floats, Sight

CAUTIONS = (0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001)
"""What may be proposed: never more than the default, never less than can be set."""
BEARABLE = 1.0
"""False messages a month below which a caution is proposed."""
BOTH_WAYS = 2
"""Of harmless changes `caution` may be called worse, and as many improved."""
SIZES = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
UNASKED = "no change is known, so how many false messages it makes cannot be told"
WITHIN_S = 900.0
"""A step of `notice` is to be seen within a quarter of an hour, or by the first look that is asked about."""
MOST = {Scale.LEVEL: 1.0, Scale.TOTAL: 0.05}
"""No larger step is proposed: nobody waits for a latency to double, nor for one more request in twenty to fail."""


def caution(now: float, monthly: float, least: Floats, *, month: bool = True) -> Advice:
    """The largest of `CAUTIONS` with less than one false message a month, at `monthly` changes a month.

    Without `month` the past is too short to tell a rate: they are all the changes there were.

    `least` [n] are the smallest cautions at which placebo moments bring a message. A caution is taken to bring as
    many as it brought there, and no fewer than it allows: so many moments cannot show a rarer mistake.
    """

    def monthly_false(c: float) -> float:
        brought = float(np.mean(least <= c)) if len(least) else 0.0
        return monthly * max(BOTH_WAYS * c, brought)

    fitting = [c for c in CAUTIONS if monthly_false(c) < BEARABLE]
    chosen = fitting[0] if fitting else CAUTIONS[-1]
    per = "a month" if month else "in so many changes"
    return Advice(
        caution=chosen,
        false_now=monthly_false(now),
        false_then=monthly_false(chosen),
        why=_why(chosen, per, len(least), fits=bool(fitting)) if monthly else UNASKED,
    )


def _why(chosen: float, per: str, moments: int, *, fits: bool) -> str:
    if not moments:
        return "no placebo moment could be judged, so this is what the setting alone allows"
    if not fits:
        return f"the smallest there is, and still more than one false message {per}"
    if chosen == CAUTIONS[0]:
        return f"the default brings less than one false message {per}; more is not proposed"
    return f"the largest setting with less than one false message {per}"


def in_time(seen: Sequence[Sight]) -> Sight | None:
    """The latest of what is seen within a quarter of an hour; of slow samples the first."""
    soon = [s for s in seen if s.after_s <= WITHIN_S]
    return soon[-1] if soon else next(iter(seen), None)


def notice(ruler: Ruler, seen: Sequence[Sight]) -> str:
    """What is seen in time, rounded up, as `notice` is written; empty where that is nothing, or beyond `MOST`."""
    sight = in_time(seen)
    if sight is None or sight.size is None:
        return ""
    one, _ = ruler.shown(1.0, 1.0)
    if ruler.scale is Scale.LEVEL and sight.relative is not None:
        share = rounded(sight.relative)
        return f"{written(100 * share)}%" if share <= MOST[Scale.LEVEL] * (1 + 1e-9) else ""
    amount = rounded(sight.size)
    if ruler.scale is Scale.TOTAL and amount > MOST[Scale.TOTAL] * one * (1 + 1e-9):
        return ""
    unit = "points" if ruler.sli.unit == "%" else ruler.sli.unit
    return f"{written(amount)} {unit}".strip()


def rounded(size: float) -> float:
    """The next number above `size` that people would say: 1, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(size))
    return float(next(s * power for s in SIZES if s * power >= size * (1 - 1e-9)))


def written(size: float) -> str:
    """A rounded number in full, as a configuration holds it."""
    return np.format_float_positional(float(f"{size:.3g}"), trim="-")
