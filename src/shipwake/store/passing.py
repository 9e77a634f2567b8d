"""Whom the store tells of the places where a crash must lose nothing; who listens is not its concern."""

from collections.abc import Callable

Passing = Callable[[str], None]
"""Is given the name of the place."""


def nothing(_name: str) -> None:
    """Go on."""
