"""How the indicators of a place have been lately, read for as many as a page can show."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shipwake.domain import Samples, Sli
from shipwake.flow import River
from shipwake.store import Tx
from shipwake.web.pages.held import held
from shipwake.web.pages.today import MOST_STRIPS, Pulse

MOST_ASKED = 60
"""Indicators whose moves are read for one page; required ones first, then by the configuration's order."""
MOVES = 12
TAIL = 40
"""Samples read at the end of an indicator that has no strip of its own."""


def pulses_of(
    river: River, tx: Tx, slis: Sequence[Sli], now: datetime, *, lately: timedelta
) -> list[Pulse]:
    """A pulse for each indicator that may get a strip: those that moved lately, then the rest, as many as fit."""
    asked = sorted(slis, key=lambda s: not s.required)[:MOST_ASKED]
    moves = {s.name: tx.verdicts.of_sli(s.name, MOVES) for s in asked}
    recent = {n: [a for a in found if a.at >= now - lately] for n, found in moves.items()}
    ranked = sorted(asked, key=lambda s: (not recent[s.name], not s.required))
    chosen = {s.name for s in ranked[:MOST_STRIPS]}
    return [
        Pulse(
            sli=s,
            moves=recent[s.name],
            samples=_samples(river, tx, s, now - lately, now) if s.name in chosen else None,
            last=tx.samples.last(s.name) if s.source == "push" else None,
            step=river.step(s),
        )
        for s in asked
    ]


def _samples(river: River, tx: Tx, sli: Sli, start: datetime, end: datetime) -> Samples | None:
    """What the store holds of it; no source is asked for a page."""
    longest = river.step(sli) * 1500
    return held(river, tx, sli, end, min(end - start, longest)).samples
