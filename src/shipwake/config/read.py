"""How single values are read: each reader takes a field, returns a plain value, or says what is allowed."""

import math
import re
from collections.abc import Callable, Collection, Hashable
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

from shipwake.config.field import Field, closest, listed
from shipwake.config.mistake import Mistake, MistakesError
from shipwake.config.secret import Secret
from shipwake.config.table import gathering
from shipwake.domain import SPANS, Rate

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
LONGEST_TEXT = 10_000
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
UNITS = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
PART = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(ms|s|min|m|h|d|w)")
SIZES = {"": 1, "b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}
SIZE = re.compile(r"([0-9]{1,12})\s*([kmg]?b?)", re.IGNORECASE)
RATE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*(?:per|a|/)\s*([a-z]+)", re.IGNORECASE)
BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def text(field: Field) -> str:
    """Words, not empty; a bare number is taken as it was spelled."""
    value = field.value
    if isinstance(value, int | float) and not isinstance(value, bool) and field.spelled:
        value = field.spelled
    if not isinstance(value, str):
        quote = ", in quotes" if isinstance(value, bool) else ""
        raise field.wrong(f"text{quote}")
    if not value.strip():
        raise field.wrong("text that is not empty")
    if len(value) > LONGEST_TEXT:
        raise field.wrong(f"at most {LONGEST_TEXT} characters")
    if control := CONTROL.search(value):
        raise field.wrong(
            "text without control characters", read=f"the character U+{ord(control[0]):04X}"
        )
    return value.strip()


def number(field: Field) -> float:
    """A finite number."""
    value = field.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise field.wrong("a number")
    try:
        finite = math.isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        raise field.wrong("a finite number")
    return float(value)


def whole(low: int, high: int) -> Callable[[Field], int]:
    """A whole number from `low` to `high`."""

    def read(field: Field) -> int:
        value = field.value
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise field.wrong(f"a whole number from {low} to {high}")
        return value

    return read


def boolean(field: Field) -> bool:
    """Either true or false."""
    value = field.value
    if isinstance(value, str) and not field.quoted:
        value = BOOLEANS.get(value.lower())
    if not isinstance(value, bool):
        raise field.wrong("true or false")
    return value


def share(low: float, high: float) -> Callable[[Field], float]:
    """A share as a number (0.01) or a percentage (1%), from `low` to `high`, both included."""
    allowed = f"a share from {low:.9g} to {high:.9g}, or a percentage such as 1%"

    def read(field: Field) -> float:
        found = percentage(field.value) if isinstance(field.value, str) else None
        value = found if found is not None else number(field)
        if not low <= value <= high:
            raise field.wrong(allowed)
        return value

    return read


def percentage(written: str) -> float | None:
    """`10%` or `0.5 %` as a share; None where it is no percentage."""
    found = re.fullmatch(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*%\s*", written)
    return float(found[1]) / 100 if found else None


def duration(low: timedelta, high: timedelta) -> Callable[[Field], timedelta]:
    """A time span with its unit, such as 60s, 5m, 1h30m or 7d, from `low` to `high`."""
    allowed = (
        f"a duration with its unit from {words(low)} to {words(high)}, such as 60s, 5m, 4h or 7d"
    )

    def read(field: Field) -> timedelta:
        found = span(field.value) if isinstance(field.value, str) else None
        if found is None or not low <= found <= high:
            raise field.wrong(allowed)
        return found

    return read


def span(written: str) -> timedelta | None:
    """`1h30m` as a timedelta; None where it is no duration."""
    rest, seconds = written.strip(), 0.0
    while rest:
        part = PART.match(rest)
        if part is None:
            return None
        seconds += float(part[1]) * UNITS[part[2]]
        rest = rest[part.end() :].strip()
    try:
        return timedelta(seconds=seconds) if written.strip() else None
    except OverflowError:
        return None


def words(length: timedelta) -> str:
    """A duration as it would be written in the file, such as `90s` or `7d`."""
    seconds = length.total_seconds()
    for unit in ("d", "h", "m"):
        if seconds >= UNITS[unit] and seconds % UNITS[unit] == 0:
            return f"{seconds / UNITS[unit]:g}{unit}"
    return f"{seconds:g}s"


def rate(field: Field) -> Rate:
    """So many times a day, week or month."""
    found = RATE.fullmatch(field.value.strip()) if isinstance(field.value, str) else None
    per = found[2].lower() if found else ""
    if found is None or per not in SPANS or not float(found[1]) > 0:
        raise field.wrong("so many per day, week or month, such as 1 per month")
    return Rate(float(found[1]), per)


def size(low: int, high: int) -> Callable[[Field], int]:
    """A number of bytes, plain or with kB, MB or GB (1024 each)."""

    def read(field: Field) -> int:
        found = SIZE.fullmatch((field.spelled or str(field.value)).strip())
        unit = found[2].lower() if found else ""
        value = int(found[1]) * SIZES[unit if unit in SIZES else f"{unit}b"] if found else 0
        if not low <= value <= high:
            raise field.wrong(f"a size from {low} to {high} bytes, such as 25MB")
        return value

    return read


def choice(words_of: type[E]) -> Callable[[Field], E]:
    """One word of an enumeration."""

    def read(field: Field) -> E:
        allowed = [w.value for w in words_of]
        if field.value not in allowed:
            raise field.wrong(f"{listed(allowed)}{closest(str(field.value), allowed)}")
        return words_of(field.value)

    return read


def name_of(what: str, names: Collection[str]) -> Callable[[Field], str]:
    """The name of something that is configured elsewhere; where nothing is, any name goes."""

    def read(field: Field) -> str:
        name = text(field)
        if names and name not in names:
            raise field.wrong(
                f"the name of a configured {what}: {listed(sorted(set(names)))}{closest(name, names)}"
            )
        return name

    return read


def list_of(
    read_one: Callable[[Field], T], *, key: Callable[[T], Hashable] | None = None
) -> Callable[[Field], tuple[T, ...]]:
    """A list, every entry read alike; with `key`, no two entries may share theirs."""

    def read(field: Field) -> tuple[T, ...]:
        mistakes: list[Mistake] = []
        found: list[T] = []
        seen: dict[Hashable, Field] = {}
        for item in field.items():
            with gathering(mistakes):
                one = read_one(item)
                if key is not None:
                    _refuse_again(seen, item, key(one))
                found.append(one)
        if mistakes:
            raise MistakesError(mistakes)
        return tuple(found)

    return read


def _refuse_again(seen: dict[Hashable, Field], item: Field, mark: Hashable) -> None:
    first = seen.setdefault(mark, item)
    if first is not item:
        where = f"line {first.line}" if first.line else first.path
        raise item.wrong(f"each once; {where} has it too", read=f"{_said(mark)} again")


def _said(mark: Hashable) -> str:
    return " ".join(map(repr, mark)) if isinstance(mark, tuple) else repr(mark)


def expanded(field: Field) -> str:
    """Text in which each `${NAME}` is replaced by that environment variable."""
    written = text(field)
    for name in VARIABLE.findall(written):
        if not field.document.environ.get(name):
            raise field.wrong(
                f"a variable that is set: export {name}=… first",
                read=f"${{{name}}}, which is not set",
            )
    return VARIABLE.sub(lambda found: field.document.environ[found[1]], written)


def secret(field: Field) -> Secret:
    """A secret, by `${NAME}` only, so that no file holds one."""
    written = field.value if isinstance(field.value, str) else ""
    if not VARIABLE.fullmatch(written.strip()):
        raise field.wrong(
            "${NAME} of an environment variable that holds the secret",
            read="a secret written out, or no text",
        )
    return Secret(expanded(field))


def url(*schemes: str) -> Callable[[Field], str]:
    """An address with one of these schemes and a host; `${NAME}` is replaced, a password written out is refused."""
    allowed = (
        f"an address that starts with {' or '.join(s + '://' for s in schemes)} and names a host"
    )

    def read(field: Field) -> str:
        refuse_password(field)
        found = expanded(field)
        parts = split_url(found)
        if (
            parts is None
            or parts.scheme not in schemes
            or not parts.hostname
            or re.search(r"\s", found)
        ):
            raise field.wrong(allowed)
        return found

    return read


def refuse_password(field: Field) -> None:
    """Raise MistakesError where an address in a file holds a password in plain text."""
    parts = split_url(field.value) if isinstance(field.value, str) else None
    written_out = parts and parts.password and not VARIABLE.search(parts.password)
    if written_out and not field.document.may_hold_secrets:
        raise field.wrong(
            "${NAME} in place of the password", read="an address with a password written out"
        )


def split_url(written: str) -> SplitResult | None:
    """The parts of an address; None where it has none."""
    try:
        parts = urlsplit(written)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return None
    return parts


def anything(field: Field) -> Any:  # noqa: ANN401 - the settings of an adapter that describes none
    """Any value as it stands; `${NAME}` alone becomes a Secret."""
    match field.value:
        case dict(entries):
            return {name: anything(entry) for name, entry in entries.items()}
        case list(items):
            return [anything(item) for item in items]
        case str(written) if VARIABLE.fullmatch(written.strip()):
            return secret(field)
        case value:
            return value
