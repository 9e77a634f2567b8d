"""JSON bodies, strictly: what was read, where, and what is allowed there; refuses to guess at doubtful input."""

import json
import re
from contextlib import suppress
from types import UnionType
from typing import Any, TypeVar, cast, overload

import msgspec

from shipwake.domain import BadInputError

T = TypeVar("T")
PLACE = re.compile(r" - at `(.+)`$")
STEP = re.compile(r"\[(\d+)\]|\.([^.\[]+)")
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
LONGEST_QUOTE = 80


@overload
def decode(raw: bytes | msgspec.Raw, shape: type[T], *, where: str = ...) -> T: ...


@overload
def decode(raw: bytes | msgspec.Raw, shape: UnionType, *, where: str = ...) -> Any: ...  # noqa: ANN401


def decode(raw: bytes | msgspec.Raw, shape: object, *, where: str = "body") -> Any:
    """`raw` as that shape; raises BadInputError that names the place and quotes what stands there."""
    if not raw:
        raise BadInputError("there is none; send JSON", where=where)
    try:
        return msgspec.json.decode(raw, type=cast("Any", shape))
    except msgspec.ValidationError as error:
        raise misread(error, raw, where) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInputError(f"{error}; send JSON in UTF-8", where=where) from error
    except RecursionError as error:
        raise BadInputError(
            "it is nested too deeply; send the documented shape", where=where
        ) from error


def misread(error: msgspec.ValidationError, raw: bytes | msgspec.Raw, where: str) -> BadInputError:
    """The mistake in words: where it stands, what is asked for there, what was read."""
    said = str(error)
    place = PLACE.search(said)
    path = place[1].removeprefix("$").removeprefix(".") if place else ""
    asked = PLACE.sub("", said).replace("`", "")
    read = _quote(raw, path) if path and "..." not in path else ""
    return BadInputError(
        f"{asked}{read}", where=".".join(filter(None, (where, path))).replace(".[", "[")
    )


def _quote(raw: bytes | msgspec.Raw, path: str) -> str:
    """What stands at `path`, shortened; nothing where it cannot be found."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError, LookupError, TypeError):
        found: Any = msgspec.json.decode(raw)
        for index, key in STEP.findall(f".{path}" if not path.startswith("[") else path):
            found = found[int(index)] if index else found[key]
        text = msgspec.json.encode(found).decode()
        return f"; read {text[:LONGEST_QUOTE]}{'…' if len(text) > LONGEST_QUOTE else ''}"
    return ""


def document(raw: bytes, shape: type[T]) -> T:
    """A small body as that shape (`object` for any), with the mistakes that a decoder lets pass refused as well."""
    no_key_twice(raw)
    if NUL.search(raw):
        raise BadInputError(
            "read the character U+0000; no text here can hold it, so leave it out", where="body"
        )
    return decode(raw, shape)


def no_key_twice(raw: bytes, *, where: str = "body") -> None:
    """Raise BadInputError where an object has a key twice: which of the two is meant cannot be known."""

    def once(pairs: list[tuple[str, Any]]) -> None:
        seen = set[str]()
        for key, _ in pairs:
            if key in seen:
                raise BadInputError(
                    f"the key {key!r} stands twice in one object; send it once", where=where
                )
            seen.add(key)

    # What is malformed or too deep is for the decoder to say, which knows the shape.
    with suppress(ValueError, RecursionError):
        json.loads(raw, object_pairs_hook=once)
