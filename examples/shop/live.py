"""Settings that change without a deploy, in one JSON file; refuses to keep history."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from zlib import crc32

LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Settings:
    """Shares by flag (0 to 1), the pool's size and hop, and the factor on the traffic."""

    flags: dict[str, float] = field(default_factory=dict)
    pool_size: int = 8
    pool_hop_ms: float = 0.0
    traffic: float = 1.0


def write(path: Path, settings: Settings) -> None:
    """Replace the file in one step, so that no reader sees half of it."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(settings)))
    fresh.replace(path)


def read(path: Path) -> Settings:
    """Read the file; one that is missing means the defaults."""
    if not path.exists():
        return Settings()
    return replace(Settings(), **json.loads(path.read_text()))


class Live:
    """The settings as they are now, looked up at most four times a second."""

    def __init__(self, path: Path) -> None:
        """Remember where the settings are."""
        self._path = path
        self._looked = 0.0
        self._settings = Settings()

    @property
    def now(self) -> Settings:
        """The current settings."""
        clock = time.monotonic()
        if clock - self._looked > LOOK_EVERY_S:
            self._looked = clock
            self._settings = read(self._path)
        return self._settings

    def on(self, flag: str, user: int) -> bool:
        """Whether the flag is on for this user: the same users stay in as the share grows."""
        share = self.now.flags.get(flag, 0.0)
        return crc32(f"{flag}/{user}".encode()) % 1000 < share * 1000
