"""What a method answers to a list of cases, in one form for the product and for every peer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.judgement.cases import Facts
from bench.judgement.product import Said
from shipwake.domain import Floats

LOOKS = (3, 5, 8, 12, 20, 30, 45, 60)
"""Samples after the change at which every method is asked."""
PRODUCT = "shipwake"
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """A method's score (higher is worse) and alarm at each look [cases, looks]; what was once said stays said."""

    method: str
    facts: tuple[Facts, ...]
    score: Floats
    alarm: Flags

    def where(self, wanted: Flags) -> "Answers":
        """Those of some cases."""
        facts = tuple(f for f, keep in zip(self.facts, wanted, strict=True) if keep)
        return Answers(
            method=self.method, facts=facts, score=self.score[wanted], alarm=self.alarm[wanted]
        )

    def alarmed(self, samples: int) -> Flags:
        """Which cases were called worse within so many samples."""
        return np.asarray(self.alarm[:, LOOKS.index(samples)])


def kept(method: str, facts: Sequence[Facts], score: Floats, alarm: Flags) -> Answers:
    """Answers in which a later look takes nothing back."""
    score = np.nan_to_num(np.asarray(score, dtype=np.float64), nan=0.0)
    return Answers(
        method=method,
        facts=tuple(facts),
        score=np.maximum.accumulate(score, axis=1),
        alarm=np.maximum.accumulate(np.asarray(alarm, dtype=np.bool_), axis=1),
    )


def of_product(said: Sequence[Said]) -> Answers:
    """The product's words and p-values: it scores by −log10 p, and alarms where it says ailing or unhealthy."""
    score = np.zeros((len(said), len(LOOKS)))
    alarm = np.zeros((len(said), len(LOOKS)), bool)
    for row, case in enumerate(said):
        for look in case.looks:
            at = int(np.searchsorted(LOOKS, look.samples))
            if at < len(LOOKS):
                score[row, at] = -np.log10(max(look.p_worse, 1e-300))
                alarm[row, at] = look.health.hurts
    return kept(PRODUCT, [s.facts for s in said], score, alarm)
