"""What the web counts beside the flow: requests, samples taken, open streams; no label holds what a sender chose."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
"""A sender may write any word there."""


class Meters:
    """The counters of one server process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
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

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request under its route's template."""
        known = method if method in METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def took(self, stored: int, left_out: dict[str, int]) -> None:
        """Count the samples of one push."""
        self._stored.inc(stored)
        for reason, count in left_out.items():
            self._left_out.labels(reason).inc(count)

    def listeners(self, count: int) -> None:
        """How many streams are open now."""
        self._listeners.set(count)

    def collect(self) -> Iterator[Metric]:
        """Each of them with its samples."""
        yield from self.registry.collect()
