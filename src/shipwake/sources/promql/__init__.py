"""What the query API of Prometheus answers, and what its queries tell about each other; asks nobody."""

from shipwake.sources.promql.answer import Points, read, several
from shipwake.sources.promql.failure import failed
from shipwake.sources.promql.witness import witness

__all__ = ["Points", "failed", "read", "several", "witness"]
