"""One value of a document and where it stands, the same for YAML, JSON and environment variables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from shipwake.config.mistake import Mistake, MistakesError

DEEPEST = 40
"""Levels of nesting; nothing that we read needs ten."""
SHOWN = 80
"""Characters of a value that a message repeats."""
LONGEST_PATH = 200

Value = None | bool | int | float | str | list["Field"] | dict[str, "Field"]


@dataclass(frozen=True, slots=True)
class Document:
    """What a field was read from: its name (empty for a request) and the variables that `${NAME}` may use."""

    name: str = ""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    may_hold_secrets: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A value with its path in the document, its line (0: no lines there) and, for a scalar, its own spelling."""

    value: Value
    path: str
    document: Document
    line: int = 0
    spelled: str = ""
    quoted: bool = False

    @property
    def where(self) -> str:
        """The place as messages name it."""
        path = self.path if len(self.path) <= LONGEST_PATH else f"{self.path[:LONGEST_PATH]}…"
        if not self.document.name:
            return path
        line = f":{self.line}" if self.line else ""
        return f"{self.document.name}{line} {path}".rstrip()

    @property
    def shown(self) -> str:
        """What was read, short enough for a message."""
        match self.value:
            case None:
                return "nothing"
            case str(text):
                return (
                    repr(text)
                    if len(text) <= SHOWN
                    else f"{text[:SHOWN]!r} … ({len(text)} characters)"
                )
            case list(entries):
                return f"a list of {len(entries)}"
            case dict(entries):
                return f"a table with {', '.join(map(repr, list(entries)[:5])) or 'nothing in it'}"
            case number:
                return self.spelled[:SHOWN] or str(number).lower()[:SHOWN]

    def wrong(self, allowed: str, *, read: str = "") -> MistakesError:
        """The error of this one field."""
        return MistakesError([self.mistake(allowed, read=read)])

    def mistake(self, allowed: str, *, read: str = "") -> Mistake:
        """This field as a mistake; `read` replaces what was read where it must not be repeated."""
        return Mistake(self.where, read or self.shown, allowed, self.line)

    def entries(self) -> dict[str, "Field"]:
        """The fields of a table, by key; raises MistakesError where this is no table."""
        if not isinstance(self.value, dict):
            raise self.wrong("a table of keys and values")
        return self.value

    def items(self) -> list["Field"]:
        """The fields of a list; raises MistakesError where this is no list."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        return self.value


def closest(word: str, known: Iterable[str]) -> str:
    """A hint such as ` (did you mean 'step'?)`, empty where nothing is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


def listed(names: Iterable[str]) -> str:
    """Names in one phrase, shortened where they are many."""
    names = list(names)
    most = 30
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def from_json(
    value: object, path: str = "", document: Document | None = None, depth: int = 0
) -> Field:
    """A decoded JSON value as a field; raises MistakesError where it is nested beyond reason."""
    document = document or Document()
    if depth > DEEPEST:
        raise Field(None, path, document).wrong(
            f"at most {DEEPEST} levels of nesting", read="lists or tables nested deeper"
        )
    match value:
        case list():
            items = [from_json(v, f"{path}[{i}]", document, depth + 1) for i, v in enumerate(value)]
            return Field(items, path, document)
        case dict():
            entries = {
                str(k): from_json(v, f"{path}.{k}" if path else str(k), document, depth + 1)
                for k, v in value.items()
            }
            return Field(entries, path, document)
        case None | bool() | int() | float() | str():
            return Field(value, path, document, quoted=isinstance(value, str))
        case _:
            raise Field(None, path, document).wrong(
                "text, a number, true, false, a list or a table", read=type(value).__name__
            )
