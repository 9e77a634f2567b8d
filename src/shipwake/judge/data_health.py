"""Whether samples can be judged at all, before and after a change; gaps never become health."""

import numpy as np

from shipwake.domain import Reason, Samples, Sli, SliKind
from shipwake.judge.moments import HORIZON
from shipwake.judge.normal import Normal
from shipwake.judge.readings import Readings
from shipwake.judge.refusal import Refusal, first
from shipwake.judge.watched import Watched

FEWEST = 200
"""Usable samples without which no normal is learned."""
FIRST = 3
DARK_AFTER = 5
SMALLEST = 1e-299
"""Moves below this are nothing that a float can divide by."""
TAIL = 10
"""Newest slots of which one must hold a sample."""


def unfit_history(sli: Sli, samples: Samples, read: Readings) -> Refusal | None:
    """Why nothing can be learned from the history; None when something can."""
    answered, usable = int(read.answered.sum()), int(read.ok.sum())
    silent = samples.missing or not answered + read.refused
    return first(
        (
            (
                silent and bool(read.unsure.any()),
                Reason.SOURCE_ERROR,
                "the source could not be read before the change",
            ),
            (silent, Reason.NO_SAMPLES, "no samples before the change"),
            (
                read.refused > answered,
                Reason.UNREADABLE,
                f"{read.refused} samples before the change are no measurement",
            ),
            (
                not read.answered[-HORIZON:].any(),
                Reason.NO_SAMPLES,
                f"no samples in the last {HORIZON} before the change",
            ),
            (
                answered < FEWEST,
                Reason.SHORT_HISTORY,
                f"{answered} samples before the change; {FEWEST} are needed",
            ),
            (
                usable < FEWEST,
                Reason.TOO_QUIET,
                f"only {usable} samples before the change counted anything",
            ),
            (_flat(sli, read), Reason.FLAT, "every sample before the change has the same value"),
        )
    )


def _flat(sli: Sli, read: Readings) -> bool:
    values = read.values[read.ok]
    if sli.kind is not SliKind.GAUGE or not len(values):
        return False
    return bool(np.ptp(values) <= 1e-12 * np.abs(values).max() + SMALLEST)


def unfit(normal: Normal, seen: Watched, *, missing: bool) -> Refusal | None:
    """Why the samples seen so far cannot be judged; None when they can."""
    if normal.model is None:
        return Refusal(normal.reason, normal.detail)
    read, m = seen.read, len(seen)
    answered = int(read.answered.sum())
    newest = slice(max(m - TAIL, 0), m)
    tail = min(m, TAIL)
    last = int(np.flatnonzero(read.answered)[-1]) if answered else -1
    silent = answered == 0 and not read.unsure.any()
    return first(
        (
            (m < FIRST, Reason.TOO_EARLY, f"{m} of the {FIRST} samples that a first look needs"),
            (
                read.refused > answered,
                Reason.UNREADABLE,
                f"{read.refused} samples after the change are no measurement",
            ),
            (
                silent and m < DARK_AFTER and not missing,
                Reason.TOO_EARLY,
                "no sample has come since the change",
            ),
            (silent, Reason.WENT_DARK, f"none of {m} samples has come since the change"),
            (
                bool(read.unsure[newest].sum() > tail / 2),
                Reason.SOURCE_ERROR,
                f"the source could not be read for {int(read.unsure.sum())} samples",
            ),
            (
                not read.answered[newest].any(),
                Reason.WENT_DARK,
                f"no sample in the last {m - 1 - last}",
            ),
            (
                answered < m / 2 and m - 1 - last >= max(1, m // 2),
                Reason.WENT_DARK,
                f"no sample in the last {m - 1 - last}",
            ),
            (answered < m / 2, Reason.TOO_EARLY, f"{answered} of {m} samples have come"),
            (
                normal.sli.kind is SliKind.RATIO and not read.ok.any(),
                Reason.TOO_QUIET,
                "no requests since the change",
            ),
        )
    )
