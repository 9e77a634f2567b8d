"""A backup of a server under load, restored elsewhere, and compared row by row with what was acknowledged."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import httpx

from bench.backing import compared, past
from bench.backing.places import Backed, backed, configured, kinds
from bench.backing.senders import PAST_DAYS, Sender, senders, sending
from shipwake.store import Store
from shipwake.wire.clock import SystemClock
from tests.stop.running import free_port, prepared, running

LOAD_S = 6.0
SERIES = 60
"""Series of a past in the database, about 2.6 MB each, so that copying takes its time."""
PATIENCE_S = 60.0
AT_LEAST = 5
"""What each has had acknowledged before the copy begins."""


def measure(
    load_s: float = LOAD_S, series: int = SERIES, *, only: Sequence[str] = (), watched: bool = True
) -> Iterator[str]:
    """Seconds, megabytes, waits, and how many rows differ: none may; on each kind of database.

    `watched` lets the loop learn and look meanwhile.
    """
    for kind in only or kinds():
        with tempfile.TemporaryDirectory() as place, backed(kind, Path(place)) as made:
            for line in _copied(made, Path(place), load_s, (series, watched)):
                yield f"{kind:10} {line}"


def _copied(made: Backed, place: Path, load_s: float, full: tuple[int, bool]) -> Iterator[str]:
    """A server with its loop, three who send, and a copy in the middle."""
    each = senders()
    port, (series, watched) = free_port(), full
    file = configured(place / "first", port, made.first)
    prepared(file, days=PAST_DAYS, change=watched)
    with closing(Store.open(made.first, clock=SystemClock())) as store:
        past.samples(store, series, "past ")
    with running(file, port) as here:
        with sending(here.url, each):
            time.sleep(load_s / 2)
            _until(lambda: all(len(one.kept) >= AT_LEAST for one in each))
            began = time.time()
            made.back_up(file)
            ended = time.time()
            time.sleep(load_s / 2)
        here.stop()
    yield ", ".join(f"{one.what} {len(one.kept)}" for one in each) + " acknowledged"
    yield f"a copy of {made.size() / 1e6:.1f} MB in {ended - began:.2f} s, its program's start included"
    meanwhile = sum(one.between(began, ended) for one in each)
    yield f"{meanwhile} of them were sent and acknowledged while it was made"
    if not meanwhile:
        raise AssertionError("nothing was written meanwhile: this shows nothing")
    for when, start, end in (("while", began, ended), ("before", 0.0, began)):
        longest = ", ".join(f"{one.what} {one.waited(start, end):.3f} s" for one in each)
        yield f"longest wait {when} copying: {longest}"
    yield from _compared(made, place, each, (began, ended))


def _until(holds: Callable[[], bool]) -> None:
    end = time.time() + PATIENCE_S
    while not holds():
        if time.time() > end:
            raise AssertionError("hardly anything was acknowledged: this shows nothing")
        time.sleep(0.05)


def _compared(
    made: Backed, place: Path, each: Sequence[Sender], when: tuple[float, float]
) -> Iterator[str]:
    port = free_port()
    file = configured(place / "second", port, made.second)
    begun = time.time()
    made.restore(file)
    took = time.time() - begun
    held, verdicts = compared.counts(made.copied)
    yield f"restored in {took:.2f} s: {held} rows, {verdicts} of them verdicts"
    differ = compared.differing(made.copied, made.second)
    yield f"tables of the copy that differ from what was restored: {differ or 'none'}"
    faults = _faults(made, each, when)
    yield f"acknowledged before the copy began and missing, out of order or too late: {faults or 0}"
    foreign = compared.foreign(made.copied, made.first)
    yield f"rows of the copy that the source never had: {foreign or 'none'}"
    wanted = [name for one in each if one.what != "push" for name in one.before(when[0])]
    with running(file, port) as again:
        known = _known(again.url, wanted)
        yield f"a server on the restored database knows {known} of {len(wanted)} changes"
        one = {"id": "new", "service": "checkout", "environment": "production"}
        httpx.post(f"{again.url}/api/v1/changes", json=one, timeout=30).raise_for_status()
        new = _known(again.url, ["new"])
        yield f"and of {new} that was announced to it afterwards"
    if differ or faults or foreign or known != len(wanted) or not new:
        raise AssertionError("the backup is not what was acknowledged")


def _faults(
    made: Backed, each: Sequence[Sender], when: tuple[float, float]
) -> dict[str, dict[str, int]]:
    pushes = [kept.name for one in each if one.what == "push" for kept in one.kept]
    held = compared.there(made.copied, pushes)
    found = {
        one.what: compared.odd(
            [kept.name for kept in one.kept], held, one.before(when[0]), one.after(when[1])
        )
        for one in each
    }
    return {what: odd for what, odd in found.items() if odd}


def _known(url: str, names: Sequence[str]) -> int:
    """How many changes a server knows; deliveries that were not yet read become changes in a while."""
    end, left = time.time() + PATIENCE_S, list(names)
    while left and time.time() < end:
        left = [
            name
            for name in left
            if not httpx.get(f"{url}/api/v1/changes/{name}", timeout=30).is_success
        ]
        time.sleep(0.1 if left else 0)
    return len(names) - len(left)
