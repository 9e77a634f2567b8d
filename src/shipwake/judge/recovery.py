"""Whether a harm has ended, and since when: asked anew at each moment since its alarm; no harm ends by its age."""

from dataclasses import dataclass

from shipwake.domain import Floats
from shipwake.judge.effect import Straying
from shipwake.judge.events import Events
from shipwake.judge.levels import Levels
from shipwake.judge.moments import HORIZON
from shipwake.judge.past import Flags

REACH = 4 * HORIZON
"""Samples after the anchor up to which a forecast of 60 that is held can tell that a harm came back."""
EVERY = 5
"""Samples between the moments that are asked about: as often as it is looked at while it hurts."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A harm in slots since the anchor: when it `began`, when it was called, and its end where that is known."""

    began: int
    called: int
    ended: int | None = None


def recovered(
    z: Floats, ok: Flags, straying: Straying, sign: int, alarm: Alarm, *, counts: bool = False
) -> int | None:
    """The slot since which residuals `z` [m] are back inside, or None while they are not.

    Asked at every fifth slot since the alarm: a harm is over once it was inside for as long as it was out, and then
    stays over unless, up to 240 samples after the anchor, it comes back. One that lasted longer is over when all
    that followed it is inside. `sign` is the harmful direction; of `counts`, residuals are events.
    """
    path = Events(sign * z, ok) if counts else Levels(sign * z, ok, _side(straying, sign))
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


def _side(straying: Straying, sign: int) -> Floats:
    return straying.high if sign > 0 else -straying.low
