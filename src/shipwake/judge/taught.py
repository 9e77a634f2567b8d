"""A detector that is not ours, once taught at our placebo moments: what a watch needs to ask it."""

from collections.abc import Callable
from dataclasses import dataclass

from shipwake.domain import Floats
from shipwake.judge.described import Described

Score = Callable[[Floats, Floats], Floats]
"""Scores [w, k] of w watches with rows [w, k, 6] by a model fitted on rows [n, 6]; larger is stranger. May raise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taught:
    """What it was taught is `described`; `score` asks it.

    `up_power` and `down_power` [sizes, stops] are the U that four in five watches reach when moved so far.
    """

    score: Score
    described: Described
    up_power: Floats
    down_power: Floats

    @property
    def rows(self) -> Floats:
        """The rows [n, 6] that its model is fitted on: all but those of the oldest part."""
        return self.described.apart(*self.described.folds()[0])
