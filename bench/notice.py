"""From the arrival of the last sample a look needs to the notice handed to its channel; hoped for: below 2 s."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.site import Site, settings, site
from shipwake.domain import Notice, Ref
from shipwake.flow import Channel

SLIS = 20
SECONDS = 45
HISTORY = 1800


@dataclass
class StopWatch:
    """A channel that only notes when it was handed which notice."""

    handed: list[tuple[float, Notice]] = field(default_factory=list)

    def find(self, key: str) -> Ref | None:
        """Nothing is kept that could be found."""
        del key
        return None

    def put(self, notice: Notice, ref: Ref | None) -> Ref:
        """Note the time."""
        del ref
        self.handed.append((time.time(), notice))
        return Ref(notice.key)


def measure() -> Iterator[str]:
    """Twenty changes on twenty SLIs of one-second samples, in real time; half of them hurt."""
    watch = StopWatch()
    text = settings(SLIS, unit="1s", step="1s")
    with site(text) as made:
        river = made.river
        object.__setattr__(river, "channels", (Channel(name="watch", teller=watch),))
        arrived = _live(made)
    waits = np.array(
        [at - arrived[n.at.timestamp()] for at, n in watch.handed if n.at.timestamp() in arrived]
    )
    firsts = {
        n.change: at - arrived[n.at.timestamp()]
        for at, n in reversed(watch.handed)
        if n.at.timestamp() in arrived
    }
    first = np.array(list(firsts.values()))
    yield f"{len(waits)} notices of {len(firsts)} changes"
    yield f"first notices: median {np.median(first):.3f} s, largest {first.max():.3f} s"
    yield f"all: median {np.median(waits):.3f} s, 99th percentile {np.quantile(waits, 0.99):.3f} s"


def _live(made: Site) -> dict[float, float]:
    """Send a second's samples when the second is over; by the look's time, when its last sample had arrived."""
    rng = np.random.default_rng(3)
    start = int(time.time()) + 2
    _push(made, rng, start - HISTORY, HISTORY, hurt=False)
    at = datetime.fromtimestamp(start, UTC)
    time.sleep(max(0.0, start - time.time()))
    for i in range(SLIS):
        change = {
            "id": f"c{i}",
            "service": f"service {i}",
            "environment": "production",
            "title": f"change {i}",
        }
        made.client.post("/api/v1/changes", json=change | {"at": at.isoformat()}).raise_for_status()
    arrived = {}
    for second in range(start, start + SECONDS):
        time.sleep(max(0.0, second + 1 - time.time()))
        _push(made, rng, second, 1, hurt=True)
        arrived[(datetime.fromtimestamp(second, UTC) + timedelta(seconds=1)).timestamp()] = (
            time.time()
        )
    time.sleep(1)
    return arrived


def _push(made: Site, rng: np.random.Generator, start: int, count: int, *, hurt: bool) -> None:
    batches = []
    for i in range(SLIS):
        values = rng.normal(130 if hurt and i % 2 else 100, 5, count)
        samples = [[start + k, round(float(v), 3)] for k, v in enumerate(values)]
        batches.append({"sli": f"sli {i}", "samples": samples})
    made.client.post("/api/v1/samples", json=batches).raise_for_status()
