"""Whether a harm has ended, and since when: asked anew at each moment since its alarm; no harm ends by its age."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.effect import Straying
from shipwake.judge.events import FEW, Events
from shipwake.judge.levels import FEWEST, Levels
from shipwake.judge.moments import HORIZON
from shipwake.judge.past import Flags

REACH = 4 * HORIZON
"""Samples after the anchor up to which a forecast of 60 that is held can tell that a harm came back."""
SPIKES = 2
"""So many excursions, where most samples stay inside, may be what the alarm was raised by."""
EVERY = 5
"""Samples between the moments that are asked about: as often as it is looked at while it hurts."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A harm in slots since the anchor: when it `began`, when it was called, and its end where that is known."""

    began: int
    called: int
    ended: int | None = None


def recovered(
    z: Floats,
    ok: Flags,
    straying: Straying,
    sign: int,
    alarm: Alarm,
    *,
    spike: float | None = None,
) -> int | None:
    """The slot since which residuals `z` [m] are back inside, or None while they are not.

    Asked at every fifth slot since the alarm: a harm is over once it was inside for as long as it was out, and then
    stays over unless, up to 240 samples after the anchor, it comes back. One that lasted longer is over when all
    that followed it is inside. `sign` is the harmful direction. `spike` is the size beyond which a residual is
    an excursion; None where residuals are events.
    """
    path: Events | _LevelAndSpikes = Events(sign * z, ok)
    if spike is not None:
        path = _LevelAndSpikes(sign * z, ok, _side(straying, sign), alarm, spike)
    began, since = alarm.began, None
    if alarm.ended is not None and alarm.ended > began:
        since = alarm.ended
    first = -(-alarm.called // EVERY) * EVERY
    for moment in range(first, min(len(z), REACH) + 1, EVERY):
        if since is None:
            since = path.ended(began, moment)
        elif (again := path.again(began, since, moment)) is not None:
            began, since = again, None
    if since is None and len(z) > REACH:
        return path.over(began)
    return since


class _LevelAndSpikes:
    """A move of a gauge: its level must be back, and where it was no level that moved, what stuck out of it."""

    def __init__(self, z: Floats, ok: Flags, far: Floats, alarm: Alarm, spike: float) -> None:
        self._levels = Levels(z, ok, far)
        self._sticks_out = ok & (z > spike)
        self._spikes = Events(self._sticks_out.astype(np.float64), ok, FEW)
        self._called = alarm.called

    def ended(self, began: int, moment: int) -> int | None:
        since = self._levels.ended(began, moment)
        return self._spikes.ended(began, moment) if self._spiky(began, since) else since

    def over(self, began: int) -> int | None:
        since = self._levels.over(began)
        return self._spikes.over(began) if self._spiky(began, since) else since

    def again(self, began: int, since: int, moment: int) -> int | None:
        return self._levels.again(began, since, moment) or self._spikes.again(began, since, moment)

    def _spiky(self, began: int, since: int | None) -> bool:
        """Whether single samples stuck out of a level that stayed, so that its return says nothing."""
        if since is None:
            return False
        if since - began >= FEWEST and self._levels.outside(began, since):
            return False
        return int(self._sticks_out[began : max(since, self._called)].sum()) >= SPIKES


def _side(straying: Straying, sign: int) -> Floats:
    return straying.high if sign > 0 else -straying.low
