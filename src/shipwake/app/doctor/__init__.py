"""Says what stands between this machine and a working shipwake, and what to do; changes nothing and tells nobody."""

from shipwake.app.doctor.examine import examine
from shipwake.app.doctor.finding import Finding, State

__all__ = ["Finding", "State", "examine"]
