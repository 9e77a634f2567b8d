"""A table of keys, described once: what each is read as, which must be there, and what it is for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from shipwake.config.field import Field, closest, listed
from shipwake.config.mistake import Mistake, MistakesError

Reader = Callable[[Field], Any]
"""Turns a field into a plain value, or raises MistakesError with every mistake found below it."""
Check = Callable[[Mapping[str, Field]], Iterable[Mistake]]
"""Mistakes of several keys together."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One key: its name, how it is read, one sentence for the reference, and whether it must be there."""

    name: str
    read: Reader
    says: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The keys of one table; called with a field it returns the values of those that are there."""

    settings: tuple[Setting, ...]
    checks: tuple[Check, ...] = ()

    def __call__(self, field: Field) -> dict[str, Any]:
        """The values by key; raises MistakesError with every mistake in the table."""
        entries = field.entries()
        known = {s.name: s for s in self.settings}
        values: dict[str, Any] = {}
        mistakes = [
            _unknown(entry, name, known) for name, entry in entries.items() if name not in known
        ]
        for setting in self.settings:
            entry = entries.get(setting.name)
            if entry is None or entry.value is None:
                if setting.required:
                    mistakes.append(_absent(field, setting.name))
                continue
            with gathering(mistakes):
                values[setting.name] = setting.read(entry)
        for check in self.checks:
            mistakes.extend(check(entries))
        if mistakes:
            raise MistakesError(mistakes)
        return values


@contextmanager
def gathering(mistakes: list[Mistake]) -> Iterator[None]:
    """Go on after what is done here goes wrong, its mistakes added to the others."""
    try:
        yield
    except MistakesError as error:
        mistakes.extend(error.mistakes)


def one_of_keys(*names: str) -> Check:
    """Exactly one of these keys must be there."""

    def check(entries: Mapping[str, Field]) -> Iterable[Mistake]:
        there = [entries[n] for n in names if n in entries and entries[n].value is not None]
        for extra in there[1:]:
            yield extra.mistake(f"one of {listed(names)}, not several", read="a second of them")
        if not there:
            place = next(iter(entries.values()), None)
            where = place.where.rpartition(".")[0] if place else ""
            yield Mistake(where, f"none of {listed(names)}", "one of them")

    return check


def _unknown(entry: Field, name: str, known: Mapping[str, Setting]) -> Mistake:
    return entry.mistake(
        f"{listed(known)}{closest(name, known)}", read=f"the unknown key {name[:80]!r}"
    )


def _absent(field: Field, name: str) -> Mistake:
    inner = Field(None, f"{field.path}.{name}" if field.path else name, field.document, field.line)
    return inner.mistake("a value: the key is required", read="nothing")
