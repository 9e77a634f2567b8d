"""Where one service runs and what it runs; refuses to decide anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from shop.live import Live
    from shop.telemetry import Telemetry
    from shop.versions import Version


@dataclass(frozen=True, slots=True)
class Place:
    """What a service gets to know: `folder` holds the databases, `next_url` is whom it calls."""

    version: Version
    folder: Path
    live: Live
    telemetry: Telemetry
    next_url: str
