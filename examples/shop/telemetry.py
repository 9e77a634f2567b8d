"""OpenTelemetry metrics of a service, for Prometheus; refuses to know what it does."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import psutil
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    REGISTRY,
    generate_latest,
)
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping
    from typing import Any

    from starlette.types import ASGIApp, Receive, Scope, Send

    from shop.versions import Version

# Twelve per cent apart, 0.5 ms to 1.5 s: fine enough for a percentile of one second's requests.
BUCKETS_S = tuple(round(0.0005 * 1.12**step, 6) for step in range(71))
QUIET = frozenset({"/metrics", "/healthz"})
# OpenTelemetry's name for one running process. Two versions share a port for a moment, so each
# process's series carry it: no counter is then continued by another process.
INSTANCE = "service.instance.id"


class Telemetry:
    """The instruments of one service; create it once a process."""

    def __init__(self, service: str, version: Version) -> None:
        """Set up the provider, the process's own gauges and the reader behind `/metrics`."""
        for collector in (GC_COLLECTOR, PLATFORM_COLLECTOR):
            REGISTRY.unregister(collector)
        view = View(
            instrument_name="http.server.request.duration",
            aggregation=ExplicitBucketHistogramAggregation(BUCKETS_S),
        )
        provider = MeterProvider(
            metric_readers=[PrometheusMetricReader(resource_attribute_filter=INSTANCE.__eq__)],
            resource=Resource(
                {
                    "service.name": service,
                    "service.version": version.short,
                    INSTANCE: str(uuid.uuid4()),
                }
            ),
            views=[view],
        )
        self.meter = provider.get_meter("shop")
        self.duration = self.meter.create_histogram("http.server.request.duration", unit="s")
        process, started = psutil.Process(), time.time()
        self.gauge("shop.process.started", lambda: started)
        self.gauge("shop.process.memory", lambda: process.memory_info().rss, unit="By")
        self.meter.create_observable_counter(
            "shop.process.cpu", [_observe(time.process_time)], unit="s"
        )

    def gauge(self, name: str, read: Callable[[], float], unit: str = "") -> None:
        """Show what `read` answers whenever the page is asked for."""
        self.meter.create_observable_gauge(name, [_observe(read)], unit=unit)


def _observe(read: Callable[[], float]) -> Callable[[CallbackOptions], Iterable[Observation]]:
    return lambda _options: [Observation(read())]


def page() -> Response:
    """Answer `GET /metrics`."""
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


class ShopError(Exception):
    """A request that the shop could not serve."""


class Measured:
    """ASGI wrapper that times every request and counts it by its status code, crashes as 500."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        """Wrap the application."""
        self._app = app
        self._duration = telemetry.duration

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or the lifespan."""
        if scope["type"] != "http" or scope["path"] in QUIET:
            await self._app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def heed(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, heed)
        except ShopError:
            # Starlette has answered 500 by now; the count below is the report.
            pass
        finally:
            self._duration.record(
                time.perf_counter() - began, {"http.response.status_code": status}
            )
