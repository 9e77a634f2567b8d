"""Send a recording to a running server as it came, on a clock that is wound no faster than the work gets done."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from shipwake.domain import ShipwakeError
from shipwake.flow import River, settled
from shipwake.replay.recording import Recording
from shipwake.wire.clock import ManualClock, monotonic, pause

Post = Callable[[str, bytes, dict[str, str]], int]
"""Sends one request (path, body, headers) to the server and returns the status of its answer."""
AT_MOST = timedelta(seconds=10)
"""Longest stretch of recorded time sent at once."""
CHUNK = timedelta(minutes=10)
PATIENCE_S = 60.0
JSON = {"content-type": "application/json"}


class NotSettledError(ShipwakeError):
    """The server did not get its work done in a minute; look at its log for what it is stuck on."""


def back_fill(recording: Recording, post: Post) -> None:
    """Send the recording's history: its samples, and its changes as known ones that are not judged again."""
    at = recording.start
    while at < recording.live_from:
        until = min(at + CHUNK, recording.live_from)
        _send_samples(recording, at, until, post)
        at = until
    for change in recording.earlier:
        _expect(post("/api/v1/changes", json.dumps(change).encode(), JSON), "/api/v1/changes")


def drive(recording: Recording, river: River, clock: ManualClock, post: Post) -> Iterator[datetime]:
    """Send the rest as it came, yielding the recorded time after each stretch, when all its work is done."""
    waiting = list(recording.deliveries)[::-1]
    now = recording.live_from
    while now < recording.end:
        due = _next_due(river)
        hook = waiting[-1].at if waiting else None
        stops = [s for s in (due, hook, now + AT_MOST, recording.end) if s is not None and s > now]
        until = min(stops)
        _send_samples(recording, now, until, post)
        clock.set(until)
        while waiting and waiting[-1].at <= until:
            delivery = waiting.pop()
            _expect(post(delivery.path, delivery.body.encode(), delivery.headers), delivery.path)
        _wait(river)
        now = until
        yield now


def _send_samples(recording: Recording, start: datetime, end: datetime, post: Post) -> None:
    batches = [
        {
            "sli": sli.name,
            "samples": [[t, *row] for t, row in zip(times.tolist(), values.tolist(), strict=True)],
        }
        for sli, times, values in recording.between(start, end)
    ]
    if batches:
        _expect(post("/api/v1/samples", json.dumps(batches).encode(), JSON), "/api/v1/samples")


def _expect(status: int, path: str) -> None:
    if not 200 <= status < 300:  # noqa: PLR2004  the HTTP success range
        message = f"the server answered {status} to {path}; see its log"
        raise ShipwakeError(message)


def _next_due(river: River) -> datetime | None:
    with river.store.read() as tx:
        return tx.looks.next_due()


def _wait(river: River) -> None:
    """Until the loop has nothing left to do at the present time of the clock."""
    river.wake.set()
    patience = monotonic() + PATIENCE_S
    while not settled(river):
        if monotonic() > patience:
            message = (
                f"the work due by {river.clock.now():%H:%M:%S} was not done in {PATIENCE_S:.0f} s"
            )
            raise NotSettledError(message)
        pause(0.002)
