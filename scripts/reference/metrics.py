"""Every metric that `/metrics` has, from the collectors themselves."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from shipwake import __version__
from shipwake.app import compose
from shipwake.config import default
from shipwake.flow import families
from shipwake.web.metrics import Meters

TITLE = "Metrics"


def text() -> str:
    """One heading a metric, as it is written in a query."""
    return "\n".join(_about(*found) for found in described())


def described() -> Iterator[tuple[str, str, str]]:
    """Name, type and help of each metric of a server on an empty database."""
    with TemporaryDirectory() as folder:
        river = compose(default({"SHIPWAKE_DATABASE": f"sqlite:///{Path(folder) / 'empty.db'}"}))
        try:
            for metric in (*families(river, __version__), *Meters().collect()):
                yield _written(metric.name, metric.type), metric.type, metric.documentation
        finally:
            river.store.close()


def _written(name: str, kind: str) -> str:
    return name + {"counter": "_total", "info": "_info"}.get(kind, "")


def _about(name: str, kind: str, says: str) -> str:
    return f"## {name}\n\n{says}\nType: {'gauge' if kind == 'info' else kind}.\n"
