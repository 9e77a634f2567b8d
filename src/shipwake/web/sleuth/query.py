"""Reads the part of GraphQL that Sleuth's clients write: fields, arguments, variables; refuses named fragments."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from shipwake.domain import BadInputError

TOKEN = re.compile(
    r"""[\s,\ufeff]+|\#[^\r\n]*
    |(?P<text>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|"(?:[^"\\\r\n]|\\.)*")
    |(?P<number>-?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign>\.\.\.|[{}()\[\]:=!$@])""",
    re.VERBOSE,
)
DEEPEST = 20
LONGEST = 100_000
WORDS = {"true": True, "false": False, "null": None}
Token = tuple[str, str]
END: Token = ("end", "the end")


@dataclass(frozen=True, slots=True)
class Asked:
    """One field that is asked for, the name to answer it under, its arguments and the fields below it."""

    name: str
    alias: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    below: tuple["Asked", ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """`kind` is query or mutation."""

    kind: str
    fields: tuple[Asked, ...]


def read(written: str, variables: Mapping[str, object]) -> Operation:
    """The one operation of a document; raises BadInputError that says what was read where."""
    if len(written) > LONGEST:
        raise BadInputError(f"it has {len(written)} characters; {LONGEST} are read", where="query")
    return _Reader(written, variables).operation()


class _Reader:
    """Walks the tokens once, from left to right."""

    def __init__(self, written: str, variables: Mapping[str, object]) -> None:
        self._tokens = _tokens(written)
        self._next = next(self._tokens)
        self._variables = variables

    def operation(self) -> Operation:
        kind = "query"
        if self._next[0] == "name":
            kind = self._take("name")
            if kind not in ("query", "mutation"):
                raise _wrong(kind, "query or mutation")
            if self._next[0] == "name":
                self._take("name")
            if self._next[1] == "(":
                self._skip_definitions()
        found = Operation(kind, self._fields(0))
        if self._next != END:
            raise _wrong(self._next[1], "the end, after one operation")
        return found

    def _skip_definitions(self) -> None:
        """What type a variable has is of no interest; a default is not read."""
        while self._take() != ")":
            if self._next == END:
                raise _wrong(END[1], "the variables' closing )")

    def _fields(self, depth: int) -> tuple[Asked, ...]:
        if depth > DEEPEST:
            raise _wrong("more", f"{DEEPEST} levels at most")
        self._take("sign", "{")
        found: list[Asked] = []
        while self._next[1] != "}":
            found.extend(self._selection(depth))
        self._take()
        return tuple(found)

    def _selection(self, depth: int) -> tuple[Asked, ...]:
        if self._next[1] == "...":
            self._take()
            if self._next == ("name", "on"):
                self._take()
                self._take("name")
            return self._fields(depth + 1)
        name = alias = self._take("name")
        if self._next[1] == ":":
            self._take()
            name = self._take("name")
        arguments = self._arguments(depth) if self._next[1] == "(" else {}
        below = self._fields(depth + 1) if self._next[1] == "{" else ()
        return (Asked(name, alias, arguments, below),)

    def _arguments(self, depth: int) -> dict[str, object]:
        return self._pairs("(", ")", depth)

    def _pairs(self, opening: str, closing: str, depth: int) -> dict[str, object]:
        self._take("sign", opening)
        found: dict[str, object] = {}
        while self._next[1] != closing or self._next[0] != "sign":
            name = self._take("name")
            self._take("sign", ":")
            found[name] = self._value(depth + 1)
        self._take()
        return found

    def _value(self, depth: int) -> object:
        kind, told = self._next
        if depth > DEEPEST:
            raise _wrong(told, f"{DEEPEST} levels at most")
        if kind == "sign" and told == "{":
            return self._pairs("{", "}", depth)
        self._take()
        match kind, told:
            case "text", _:
                return _text(told)
            case "number", _:
                return float(told) if set(".eE") & set(told) else int(told)
            case "name", _:
                return WORDS.get(told, told)
            case "sign", "$":
                return self._variables.get(self._take("name"))
            case "sign", "[":
                return self._values(depth)
            case _:
                raise _wrong(told, "a value")

    def _values(self, depth: int) -> list[object]:
        found: list[object] = []
        while self._next != ("sign", "]"):
            found.append(self._value(depth + 1))
        self._take()
        return found

    def _take(self, kind: str = "", told: str = "") -> str:
        """The next token's text, which must be of that kind and text."""
        taken = self._next
        if taken == END or (kind and taken[0] != kind) or (told and taken[1] != told):
            raise _wrong(taken[1], told or f"a {kind or 'token'}")
        self._next = next(self._tokens)
        return taken[1]


def _tokens(written: str) -> Iterator[Token]:
    place = 0
    while place < len(written):
        found = TOKEN.match(written, place)
        if found is None:
            raise _wrong(written[place : place + 20], "GraphQL")
        place = found.end()
        if found.lastgroup:
            yield found.lastgroup, found[0]
    yield END


def _text(told: str) -> str:
    if told.startswith('"""'):
        return told[3:-3].strip()
    try:
        return str(msgspec.json.decode(told.encode("utf-8", "replace"), type=str))
    except msgspec.DecodeError as error:
        raise _wrong(told, f"a text ({error})") from error


def _wrong(read_here: str, allowed: str) -> BadInputError:
    return BadInputError(f"read {read_here[:60]!r}, expected {allowed}", where="query")
