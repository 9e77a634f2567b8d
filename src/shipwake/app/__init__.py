"""The composition root: the only room that knows every other below it."""

from shipwake.app.compose import compose

__all__ = ["compose"]
