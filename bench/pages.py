"""Server time of the list page with 10,000 changes stored; hoped for: below 100 ms."""

import time
from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from bench.site import Site, settings, site
from shipwake.domain import (
    Change,
    ChangeKind,
    Exposure,
    Finding,
    Health,
    Person,
    Reason,
    State,
    Sure,
    Verdict,
)
from shipwake.wire.clock import SystemClock

CHANGES = 10_000
ASKED = 60
WORDS = (
    Health.HEALTHY,
    Health.HEALTHY,
    Health.IMPROVED,
    Health.AILING,
    Health.UNHEALTHY,
    Health.UNKNOWN,
)


def measure() -> Iterator[str]:
    """Median and 99th percentile of GET on loopback, the page rendered anew each time."""
    with site(settings(20, unit="60s", step="60s")) as made:
        _fill(made)
        for path in (
            "/",
            "/?health=unhealthy",
            "/?q=change%20777",
            "/changes.json",
            "/changes/c77",
        ):
            spent, size = _ask(made, path)
            median, slow = np.median(spent), np.quantile(spent, 0.99)
            kept = f"median {median:5.1f} ms, 99th percentile {slow:5.1f} ms"
            yield f"{path:22} {kept}, {size // 1000} kB"


def _ask(made: Site, path: str) -> tuple[list[float], int]:
    spent, size = [], 0
    for _ in range(ASKED):
        begun = time.perf_counter()
        answer = made.client.get(
            path, headers={"accept": "text/html", "accept-encoding": "identity"}
        )
        spent.append((time.perf_counter() - begun) * 1000)
        answer.raise_for_status()
        size = len(answer.content)
    return spent[5:], size


def _fill(made: Site) -> None:
    now = SystemClock().now()
    with made.river.store.write() as tx:
        for i in range(CHANGES):
            at = now - timedelta(minutes=5 * (CHANGES - i))
            service = f"service {i % 20}"
            change = Change(
                id=f"c{i}",
                kind=list(ChangeKind)[i % 8],
                state=State.LIVE,
                service=service,
                environment="production",
                title=f"change {i}",
                at=at,
                exposure=(Exposure(at=at, share=1.0),),
                authors=(Person(name="Alice", email="alice@example.com"),),
            )
            tx.changes.save(change, mapped=True)
            word = WORDS[i % len(WORDS)]
            finding = Finding(
                sli=f"sli {i % 20}",
                health=word,
                reason=Reason.NORMAL,
                look=1,
                words="sli 100 to 110 ms",
            )
            verdict = Verdict(
                change=change.id,
                seq=1,
                at=at + timedelta(minutes=3),
                health=word,
                reason=Reason.NORMAL,
                sure=Sure.SURE,
                sentence=f"what became of change {i}, in about as many words as a sentence has",
                findings=(finding,),
            )
            tx.verdicts.append(verdict, ())
