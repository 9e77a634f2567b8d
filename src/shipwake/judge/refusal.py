"""Why something cannot be judged, as a value: the reason that a reader sees, and the facts beside it."""

from collections.abc import Iterable
from dataclasses import dataclass

from shipwake.domain import Reason


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reason, and in words what was missing."""

    reason: Reason
    detail: str = ""


def first(checks: Iterable[tuple[bool, Reason, str]]) -> Refusal | None:
    """The refusal of the first check that holds: (holds, reason, detail)."""
    return next((Refusal(reason, detail) for holds, reason, detail in checks if holds), None)
