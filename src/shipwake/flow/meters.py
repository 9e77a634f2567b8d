"""What this process has done, counted for Prometheus; no label holds a word that a sender chose."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram

from shipwake.domain import Health
from shipwake.wire.clock import monotonic

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LATE = (1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600)


class Meters:
    """The counters of one process; names of sources, channels and hooks are the configuration's."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.looks = self._counter(
            "shipwake_looks",
            "Looks at one SLI that this process ended, by outcome: a health, `waiting` for samples or a source, "
            "or `lost` to another worker.",
            "outcome",
        )
        self.look_seconds = self._histogram(
            "shipwake_look_seconds",
            "Seconds to read and judge the looks that one change has due on one source.",
            QUICK,
            "source",
        )
        self.late_seconds = self._histogram(
            "shipwake_look_late_seconds",
            "Seconds from the time a look was due to its commit, waiting for samples included.",
            LATE,
        )
        self.verdicts = self._counter(
            "shipwake_verdicts", "Verdicts that this process gave, by health.", "health"
        )
        self.notices = self._counter(
            "shipwake_notices",
            "Tries to put a notice in a channel, by outcome: `sent`, `again` later, or `failed` for good.",
            "channel",
            "outcome",
        )
        self.notice_seconds = self._histogram(
            "shipwake_notice_seconds",
            "Seconds that a channel took for one try, by channel.",
            QUICK,
            "channel",
        )
        for health in Health:
            self.looks.labels(health.value)
            self.verdicts.labels(health.value)
        self._of_sources()
        self._of_learning_and_hearing()

    def _of_sources(self) -> None:
        self.asked = self._counter(
            "shipwake_source_requests",
            "Windows of samples that were asked of a source over a network, by outcome: `ok`, `passing` error, or "
            "`permanent` error.",
            "source",
            "outcome",
        )
        self.source_seconds = self._histogram(
            "shipwake_source_seconds",
            "Seconds until such a source had answered, failures included.",
            QUICK,
            "source",
        )
        self.kept = self._counter(
            "shipwake_source_cache",
            "Windows of such a source by where they came from: `kept` here, `part` of it, or `asked` for whole.",
            "source",
            "outcome",
        )

    def _of_learning_and_hearing(self) -> None:
        self.normals = self._counter(
            "shipwake_normals",
            "Normals that a look needed, by whether they were held in memory (`held`) or learned for it (`learned`).",
            "outcome",
        )
        self.learn_seconds = self._histogram(
            "shipwake_learn_seconds", "Seconds to learn one normal.", QUICK
        )
        self.deliveries = self._counter(
            "shipwake_deliveries",
            "Deliveries by kind and outcome: `kept` or `refused` at the door, then `understood`, `unused` or "
            "`unreadable`.",
            "kind",
            "outcome",
        )

    @contextmanager
    def timing(self, histogram: Histogram, *labels: str) -> Iterator[None]:
        """Observe how long the block takes, whatever its end."""
        began = monotonic()
        try:
            yield
        finally:
            (histogram.labels(*labels) if labels else histogram).observe(monotonic() - began)

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(name, says, labels, registry=self.registry)

    def _histogram(
        self, name: str, says: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(name, says, labels, buckets=buckets, registry=self.registry)
