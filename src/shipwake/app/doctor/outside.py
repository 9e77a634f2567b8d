"""Do the systems answer that shipwake asks and tells: sources with samples and a right clock, channels untold."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import cast

import numpy as np

from shipwake.app.doctor.finding import Finding, bad, hint, well
from shipwake.config import Adapter
from shipwake.domain import NaiveTimeError, Samples, ShipwakeError, Sli, utc
from shipwake.sources import Source
from shipwake.tell import Teller
from shipwake.wire.clock import Clock
from shipwake.wire.http import CallError, Client, secrets_of

RECENT = timedelta(hours=1)
SKEW_S = 5.0
FEW = 3


def source(name: str, made: Source, slis: Sequence[Sli], clock: Clock) -> Iterator[Finding]:
    """Each of its SLIs: can it be read, has it recent samples, and at the step that is said."""
    for sli in slis:
        now = clock.now()
        try:
            recent = made.samples(sli, now - RECENT, now)
        except ShipwakeError as error:
            do = "correct the source or the query; or see whether it runs, and may be reached from here"
            yield bad(sli.name, f"{name} cannot be read: {error.message}", do)
            continue
        yield _samples(name, sli, recent)


def _samples(name: str, sli: Sli, recent: Samples) -> Finding:
    count = int(recent.present.sum())
    if count == 0:
        do = "is the name right, does it still send?"
        return bad(sli.name, f"{name} has no samples of the last hour", do)
    apart = float(np.median(np.diff(np.flatnonzero(recent.present)))) if count > FEW else 1.0
    if apart > 1:
        step = timedelta(seconds=recent.step_s)
        says = f"a sample comes every {apart * recent.step_s:g} s, and its step is {step.total_seconds():g} s"
        return hint(sli.name, says, f"set step: {apart * recent.step_s:g}s")
    return well(sli.name, f"{count} samples in the last hour")


def clock_of(adapter: Adapter, clock: Clock, timeout_s: float = 3.0) -> Iterator[Finding]:
    """How far the clock of a system with a `url` is from ours, by the Date of any answer."""
    url = str(adapter.settings.get("url", ""))
    secrets = secrets_of([url, *(s.reveal() for s in adapter.secrets)])
    with Client(url, timeout_s=timeout_s, attempts=1, secrets=secrets) as client:
        began = clock.now()
        try:
            headers = client.request("GET", url).headers
        except CallError as error:
            headers = error.headers
    theirs = _date(headers.get("date", ""))
    if theirs is None:
        return
    # The header has whole seconds.
    ahead = (theirs - began).total_seconds() + 0.5
    if abs(ahead) > SKEW_S:
        side = "ahead of" if ahead > 0 else "behind"
        do = "set both by NTP: its samples are looked for by our clock"
        yield bad("clock", f"{adapter.name} is {abs(ahead):.0f} s {side} this machine", do)
    else:
        yield well("clock", f"{adapter.name}'s is ours to a second or so")


def _date(header: str) -> datetime | None:
    try:
        return utc(parsedate_to_datetime(header))
    except (ValueError, TypeError, NaiveTimeError):
        return None


def channel(adapter: Adapter, connect: Callable[[Adapter], Teller]) -> Iterator[Finding]:
    """Would it take a word: asked without telling anybody, where its teller can."""
    about = f"channel {adapter.name}"
    ask = cast("Callable[[], None] | None", getattr(connect(adapter), "ask", None))
    if ask is None:
        do = "see in the log, or at /metrics, whether words arrive there"
        yield hint(about, f"a channel of kind {adapter.kind} cannot be asked without telling", do)
        return
    try:
        ask()
    except ShipwakeError as error:
        yield bad(about, error.message, "until then nobody is told there")
    else:
        yield well(about, "would take a message; none was sent")
