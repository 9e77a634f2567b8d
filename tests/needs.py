"""What some tests need that not every machine has; a test without it is skipped, and named."""

import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def chromium() -> Path | None:
    """Path of the system's Chromium, or None."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return Path(found) if found else None


def prometheus() -> Path | None:
    """Path of the system's Prometheus server, or None."""
    found = shutil.which("prometheus")
    return Path(found) if found else None


def _postgres() -> object:
    return importlib.util.find_spec("pgserver")


def _pyod() -> object:
    return importlib.util.find_spec("pyod")


def _shared() -> object:
    return SHARED.is_dir()


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a marker asks for: its name, whether it is here, and how to get it."""

    name: str
    is_met: Callable[[], object]
    remedy: str


NEEDS = {
    "browser": Need("Chromium", chromium, "Debian: apt-get install chromium"),
    "postgres": Need("PostgreSQL", _postgres, "comes with the pgserver wheel, where one fits"),
    "prometheus": Need("Prometheus", prometheus, "Debian: apt-get install prometheus"),
    "pyod": Need("PyOD", _pyod, "pip install 'shipwake[pyod]'"),
    "shared": Need("../shared", _shared, "measured series, too large to commit"),
}
