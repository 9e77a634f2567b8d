"""The composition root: the only room that knows every other below it."""

from shipwake.app.compose import compose
from shipwake.app.doctor import Finding, State, examine
from shipwake.app.port import listening

__all__ = ["Finding", "State", "compose", "examine", "listening"]
