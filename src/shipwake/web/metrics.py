"""Our own counters for Prometheus, and the state of the flow read when asked; no label holds what a sender chose."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from shipwake.flow import River

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Meters:
    """The counters of one server process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Counter(
            "shipwake_requests",
            "Requests answered, by method, route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "shipwake_request_seconds",
            "Seconds until a request was answered whole, by route.",
            ("route",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._stored = Counter(
            "shipwake_samples_stored", "Samples taken and stored.", registry=self.registry
        )
        self._left_out = Counter(
            "shipwake_samples_left_out",
            "Samples taken and left out, by reason.",
            ("reason",),
            registry=self.registry,
        )
        self._listeners = Gauge(
            "shipwake_stream_listeners", "Open verdict streams.", registry=self.registry
        )
        self._late = Gauge(
            "shipwake_looks_late_seconds",
            "How long the look that is due the longest has waited; 0 while none is due.",
            registry=self.registry,
        )
        self._unread = Gauge(
            "shipwake_deliveries_unread_seconds",
            "How long the oldest delivery that is not understood yet has waited; 0 without any.",
            registry=self.registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request under its route's template."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def took(self, stored: int, left_out: dict[str, int]) -> None:
        """Count the samples of one push."""
        self._stored.inc(stored)
        for reason, count in left_out.items():
            self._left_out.labels(reason).inc(count)

    def listeners(self, count: int) -> None:
        """How many streams are open now."""
        self._listeners.set(count)

    def page(self, river: River) -> bytes:
        """Everything in the text format of Prometheus."""
        now = river.clock.now()
        with river.store.read() as tx:
            due = tx.looks.next_due()
            oldest = tx.heard.pending(1)
        self._unread.set((now - oldest[0].heard.received).total_seconds() if oldest else 0.0)
        self._late.set(max((now - due).total_seconds(), 0.0) if due else 0.0)
        return generate_latest(self.registry)
