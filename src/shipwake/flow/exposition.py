"""The counters of this process and the state of the database, in the text formats of Prometheus; asks nobody else."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol, cast

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import CollectorRegistry

from shipwake.domain import ShipwakeError
from shipwake.flow.river import River
from shipwake.store import Queue

MACHINE = CollectorRegistry()
ProcessCollector(registry=MACHINE)
PlatformCollector(registry=MACHINE)
QUEUES = ("deliveries", "looks", "notices", "duties")


class Exposed(NamedTuple):
    """A page and its media type."""

    body: bytes
    media: str


class Collecting(Protocol):
    """Anything that has metrics, such as a registry of prometheus_client."""

    def collect(self) -> Iterator[Metric]:
        """Each metric with its samples."""
        ...


class _All:
    def __init__(self, river: River, version: str, more: tuple[Collecting, ...]) -> None:
        self._river, self._version, self._more = river, version, more

    def collect(self) -> Iterator[Metric]:
        yield from families(self._river, self._version)
        for one in self._more:
            yield from one.collect()


def exposed(river: River, accept: str, version: str, *more: Collecting) -> Exposed:
    """Everything, in the format that `accept` asks for: OpenMetrics or the older text."""
    encode, media = choose_encoder(accept)
    return Exposed(encode(cast("CollectorRegistry", _All(river, version, more))), media)


def families(river: River, version: str) -> Iterator[Metric]:
    """What this process did, what its machine gave it, and what stands in its database."""
    built = InfoMetricFamily("shipwake_build", "The version of the program.")
    built.add_metric((), {"version": version})
    yield built
    yield GaugeMetricFamily(
        "shipwake_loop_still_seconds",
        "How long ago the loop of this process last turned; 0 where it turns none.",
        value=river.pulse.still_s(),
    )
    try:
        state = list(_state(river))
    except ShipwakeError:
        state = []
    yield GaugeMetricFamily(
        "shipwake_database_answers",
        "1 where the database could be read just now; what is read from it is left out otherwise.",
        value=float(bool(state)),
    )
    yield from state
    yield from river.meters.registry.collect()
    yield from MACHINE.collect()


def _state(river: River) -> Iterator[Metric]:
    """Read from the database: the same in every process on it."""
    now = river.clock.now()
    with river.store.read() as tx:
        queues = tx.queues.now(now)
    waiting = GaugeMetricFamily(
        "shipwake_queue_waiting",
        "Work that may be done now and is not done yet, by queue; what a worker has taken counts. From the database.",
        labels=("queue",),
    )
    oldest = GaugeMetricFamily(
        "shipwake_queue_oldest_seconds",
        "How long the oldest of that has waited; 0 without any. From the database.",
        labels=("queue",),
    )
    for name in QUEUES:
        queue = queues.get(name, Queue(0, None))
        waiting.add_metric((name,), queue.waiting)
        since = queue.oldest or now
        oldest.add_metric((name,), max((now - since).total_seconds(), 0.0))
    yield waiting
    yield oldest
    yield GaugeMetricFamily(
        "shipwake_database_bytes",
        "What the database takes on its disk. From the database.",
        value=river.store.size(),
    )
