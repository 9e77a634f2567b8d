"""How long a worker has a piece of work to itself; when that is over in the database's time, another takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

SECONDS = "SHIPWAKE_LEASE_S"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leases:
    """Seconds, by what is leased. Longer than the work takes, and no longer than the dead may hold it up."""

    looks_s: float = 120.0
    notices_s: float = 60.0
    duties_s: float = 300.0

    @classmethod
    def asked(cls, environ: Mapping[str, str]) -> Self:
        """Those of production, unless a test asks for so many seconds of each."""
        stated = environ.get(SECONDS)
        if not stated:
            return cls()
        seconds = float(stated)
        return cls(looks_s=seconds, notices_s=seconds, duties_s=seconds)
