"""Sources that go wrong on the wire: each ends in `unknown: source error` by its deadline, and delays no other."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from shipwake.app import compose
from shipwake.config import parse
from shipwake.domain import Event, Facts, Health, Reason, Says, Verdict
from shipwake.flow import Batch, River, announce, push
from shipwake.store import BusyError, Circuit, Flow
from shipwake.wire.clock import SystemClock
from tests.faults.bad import WAYS, Bad, good, serving
from tests.faults.table import LONG, held_mb, observed
from tests.flow.turning import turning
from tests.web.site import until

PORT_OF_NOBODY = 1
PATIENCE_S = 45.0
HEAD = """
environments: [{name: production}]
watch: {unit: 1s, looks: [3], later: []}
"""
WAITED_S = 5.0
"""From going live to the deadline: a look after three seconds, and two more for samples to arrive."""


@dataclass
class Street:
    """One service a way of going wrong, each with a source of its own, and one that is pushed."""

    river: River
    servers: dict[str, Bad]
    began: datetime

    def live(self, service: str, name: str = "") -> str:
        """Something of that service goes live now."""
        now, id = self.river.clock.now(), name or f"change of {service}"
        facts = Facts(id=id, service=service, environment="production")
        event = Event(
            source="test", key=id, says=Says.LIVE, at=now, received=now, text="", facts=facts
        )
        return announce(self.river, event).id

    def verdict(self, change: str) -> Verdict | None:
        """The newest verdict, if there is any."""
        with self.river.store.read() as tx:
            return tx.verdicts.newest(change)

    def circuit(self, source: str) -> Circuit | None:
        """How a source stands, as another process reads it."""
        with self.river.store.read() as tx:
            return tx.circuits.all().get(source)


def _settings(urls: dict[str, str], database: Path) -> str:
    services = ", ".join(f"{{name: '{n}'}}" for n in [*urls, "pushed"])
    sources = "\n".join(
        f"  - {{name: '{n}', kind: prometheus, url: '{url}', timeout: 1s, delay: 0s}}"
        for n, url in urls.items()
    )
    slis = "\n".join(
        f"  - {{name: 'load of {n}', service: '{n}', environment: production, source: '{n}',"
        f" step: 1s, better: lower, query: 'load'}}"
        for n in urls
    )
    mine = "  - {name: mine, service: pushed, environment: production, step: 1s, better: lower}"
    return (
        f"services: [{services}]\n{HEAD}sources:\n{sources}\nslis:\n{slis}\n{mine}\n"
        f"database: sqlite:///{database}/faults.db\n"
    )


@contextmanager
def street(place: Path, *ways: str, gone: bool = False) -> Iterator[Street]:
    """The street, its loop turning."""
    with ExitStack() as stack:
        servers = {way: stack.enter_context(serving(WAYS[way])) for way in ways}
        urls = {way: server.url for way, server in servers.items()}
        if gone:
            urls["gone"] = f"http://127.0.0.1:{PORT_OF_NOBODY}"
        config = parse(_settings(urls, place), name="street.yaml", environ={})
        river = compose(config, clock=SystemClock())
        stack.callback(river.close)
        here = Street(river=river, servers=servers, began=river.clock.now())
        stop = threading.Event()
        feeding = threading.Thread(target=_feed, args=(river, stop))
        feeding.start()
        stack.callback(feeding.join)
        stack.callback(stop.set)
        stack.enter_context(turning(river))
        yield here


def _feed(river: River, stop: threading.Event) -> None:
    """An hour of quiet samples, then one each second."""
    rng, past = np.random.default_rng(3), 3600
    while not stop.is_set():
        now = int(river.clock.now().timestamp())
        times = np.arange(now - past, now, dtype=np.float64)
        values = rng.normal(5, 0.2, (len(times), 1))
        # A busy store says so, and the same samples come again with the next.
        with suppress(BusyError):
            push(river, [Batch(sli="mine", times_s=times, values=values)])
        past = 5
        stop.wait(0.5)


def test_each_way_to_fail_is_said_in_time(tmp_path: Path) -> None:
    """Whatever a source does, the word is `unknown: source error` soon after the deadline, and memory stays bounded."""
    ways = list(WAYS)
    with street(tmp_path, *ways, gone=True) as here:
        before, begun = held_mb(), time.monotonic()
        changes = {way: here.live(way) for way in [*ways, "gone"]}
        mine = here.live("pushed")
        took: dict[str, float] = {}
        most = before

        def all_said() -> bool:
            nonlocal most
            most = max(most, held_mb())
            for way, change in {**changes, "pushed": mine}.items():
                if way not in took and here.verdict(change):
                    took[way] = time.monotonic() - begun
            return len(took) > len(changes)

        until(all_said, PATIENCE_S)
        verdicts = {way: here.verdict(change) for way, change in changes.items()}
        healthy = here.verdict(mine)

    # Stamps an hour ahead are no evidence either way: nothing is there, and nothing is judged.
    zone = verdicts.pop("zone")
    assert zone is not None
    assert zone.health is Health.UNKNOWN
    observed("source: stamps an hour ahead", verdict=f"{zone.health}: {zone.reason}")
    assert {v.reason for v in verdicts.values() if v} == {Reason.SOURCE_ERROR}
    assert {v.health for v in verdicts.values() if v} == {Health.UNKNOWN}
    assert healthy is not None
    assert healthy.reason is not Reason.SOURCE_ERROR
    assert took["pushed"] < took["drips"]
    # The slowest is asked for four times its timeout: once to learn, once for the look.
    assert max(took.values()) < 3 + 2 * 4 + 5.0
    assert most - before < 250
    for way, verdict in verdicts.items():
        assert verdict is not None
        observed(
            f"source: {way}",
            verdict=f"{verdict.health}: {verdict.reason}, {took[way]:.1f} s after going live",
            memory=f"+{most - before:.0f} MB, all at once",
        )


@pytest.mark.skipif(not LONG, reason="takes half a minute: make faults")
def test_a_source_is_left_alone_and_comes_back(tmp_path: Path) -> None:
    """After three failures it is asked once in a growing while; looks meanwhile end in words, and it is found again."""
    with street(tmp_path, "503") as here:
        server = here.servers["503"]
        for number in range(3):
            here.live("503", f"early {number}")
        until(lambda: _flow(here) is Flow.OPEN, PATIENCE_S)
        asked, at = server.asked, time.monotonic()
        late = here.live("503", "while it is left alone")
        until(lambda: here.verdict(late), PATIENCE_S)
        verdict, asked_then = here.verdict(late), server.asked
        stood = here.circuit("503")
        server.way = good
        healed = time.monotonic()
        number = 0
        while _flow(here) is not Flow.CLOSED:
            assert time.monotonic() - healed < PATIENCE_S
            here.live("503", f"again {number}")
            number += 1
            time.sleep(0.5)
        back = time.monotonic() - healed
        last = here.live("503", "after")
        until(lambda: here.verdict(last), PATIENCE_S)
        after = here.verdict(last)

    assert verdict is not None
    assert verdict.reason is Reason.SOURCE_ERROR
    assert stood is not None
    assert (stood.failures >= 3, "503" in stood.why) == (True, True)
    # Two tries each of the few questions that tried it, where every look would have asked twice each second.
    assert asked_then - asked <= 2 * (1 + int((healed - at) / 2.5))
    assert after is not None
    assert after.reason is not Reason.SOURCE_ERROR
    observed(
        "source: 503, then well again",
        verdict=f"unknown: source error while left alone; then {after.health}",
        recovery=f"asked again and closed {back:.1f} s after it answers",
    )


def _flow(here: Street) -> Flow | None:
    found = here.circuit("503")
    return found.flow if found else None
