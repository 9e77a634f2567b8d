"""Mistakes in what somebody wrote: gathered first, then said all at once, each with its place and its remedy."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shipwake.domain import BadInputError


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: where it stands (`shipwake.yaml:7 slis[0].step`), what was read, what is allowed."""

    where: str
    read: str
    allowed: str
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}read {self.read}; allowed {self.allowed}"


class MistakesError(BadInputError):
    """Something written does not fit; the message lists every mistake, one a line: correct each and try again."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class ConfigError(MistakesError):
    """The configuration has mistakes; each names its file, line and key: correct them, nothing was started."""

    @classmethod
    def at(cls, path: Path, read: str, allowed: str) -> "ConfigError":
        """The error of a file as a whole."""
        return cls([Mistake(str(path), read, allowed)])
