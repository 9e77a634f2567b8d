"""One line of what was found: what it is about, how it stands, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How something stands."""

    WELL = "well"
    HINT = "hint"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`do` says what to do; empty where all is well."""

    state: State
    about: str
    says: str
    do: str = ""


def well(about: str, says: str) -> Finding:
    """Nothing is to be done."""
    return Finding(State.WELL, about, says)


def hint(about: str, says: str, do: str) -> Finding:
    """It works, and could be better."""
    return Finding(State.HINT, about, says, do)


def bad(about: str, says: str, do: str) -> Finding:
    """It does not work, or soon will not."""
    return Finding(State.BAD, about, says, do)
