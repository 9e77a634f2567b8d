"""Take pushed samples: each SLI must be ours and each sample a measurement; a batch is kept whole or not at all."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches

import numpy as np

from shipwake.domain import BadInputError, Floats, NotFoundError
from shipwake.flow.river import River
from shipwake.store import BusyError, Push, Pushed, push_of

KNOWN_S = 5.0
"""How long a sender waits to be told that its samples are stored."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Samples of one SLI: `times_s` epoch seconds of shape [n], `values` of shape [n, columns]."""

    sli: str
    times_s: Floats
    values: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many samples were stored, and how many were left out for which reason."""

    stored: int
    left_out: dict[str, int] = field(default_factory=dict)


def push(river: River, batches: Sequence[Batch]) -> Taken:
    """Store all batches in one commit; raises NotFoundError for an unknown SLI, BadInputError for a wrong shape."""
    pushes = [_push(river, batch) for batch in batches]
    stored, left_out = 0, dict[str, int]()
    for pushed in _kept(river.store.samples_writer().push_all(pushes)):
        stored += pushed.stored
        for reason, count in pushed.reasons.items():
            left_out[reason] = left_out.get(reason, 0) + count
    river.wake.set()
    return Taken(stored=stored, left_out=left_out)


def _kept(outcome: Future[list[Pushed]]) -> list[Pushed]:
    """What became of them; raises BusyError where that is not known soon: to send them again does no harm."""
    try:
        return outcome.result(KNOWN_S)
    except TimeoutError:
        message = (
            "the samples wait to be written, and may be yet; send them again, which does no harm"
        )
        raise BusyError(message, retry_after=timedelta(seconds=2)) from None


def _push(river: River, batch: Batch) -> Push:
    sli = river.sli(batch.sli)
    if sli is None:
        names = [s.name for s in river.config.slis]
        near = get_close_matches(batch.sli, names, n=3, cutoff=0.4) or names[:5]
        hint = f"known here: {', '.join(near)}" if near else "none is configured yet"
        message = f"there is no SLI {batch.sli!r}; {hint}. Add it under slis: in shipwake.yaml, or correct the name"
        raise NotFoundError(message)
    expected = (len(batch.times_s), sli.columns)
    if batch.values.shape != expected:
        what = "[time, bad or good, total]" if sli.columns > 1 else "[time, value]"
        message = f"the samples of {sli.name!r} have shape {batch.values.shape}, not {expected}; send {what} each"
        raise BadInputError(message, where="samples")
    if not np.isfinite(batch.times_s).all():
        message = f"a time of {sli.name!r} is not finite; send epoch seconds or RFC 3339"
        raise BadInputError(message, where="samples")
    step_s = river.step(sli).total_seconds()
    return push_of(sli.name, step_s, sli.columns, batch.times_s, batch.values)
