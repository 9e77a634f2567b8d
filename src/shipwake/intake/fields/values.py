"""Single values out of a decoded body: what is absent or of another type is empty, and no text is more than text."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from shipwake.domain import Link

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
SHA = re.compile(r"[0-9a-f]{7,64}")
LONGEST = 500
LONGEST_ADDRESS = 2000


def at(value: object, *path: str) -> object:
    """What stands at `path` in tables within tables; None where any step is missing."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def text(value: object, *path: str, longest: int = LONGEST) -> str:
    """The text or whole number at `path` on one line, at most `longest` characters; empty where there is none."""
    found = at(value, *path)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)[:longest]
    return cleaned(found)[:longest] if isinstance(found, str) else ""


def cleaned(written: str) -> str:
    """Text without control characters, which neither a database nor a page can hold."""
    return CONTROL.sub(" ", written).strip()


def first_line(value: object, *path: str) -> str:
    """The first line of the text at `path`, such as a commit's title."""
    found = at(value, *path)
    return cleaned(found.strip().partition("\n")[0])[:LONGEST] if isinstance(found, str) else ""


def items(value: object, *path: str, most: int) -> list[object]:
    """The first `most` entries of the list at `path`; empty where there is none."""
    found = at(value, *path)
    return found[:most] if isinstance(found, list) else []


def sha(value: object, *path: str) -> str:
    """A commit's hash, whole or short; empty for all zeros, a branch name or a digest of something else."""
    found = text(value, *path).lower()
    return found if SHA.fullmatch(found) and found.strip("0") else ""


def web_address(value: object, *path: str) -> str:
    """An http or https address at `path`; empty for any other, so that a page can link to it."""
    found = at(value, *path)
    if not isinstance(found, str) or len(found) > LONGEST_ADDRESS or CONTROL.search(found):
        return ""
    try:
        parts = urlsplit(found.strip())
    except ValueError:
        return ""
    return found.strip() if parts.scheme in ("http", "https") and parts.hostname else ""


def linked(kind: str, title: str, url: str, number: str = "") -> tuple[Link, ...]:
    """A link as Facts hold them; none where there is neither an address nor a number."""
    return (
        (Link(kind=kind, title=title or number or url, url=url, number=number),)
        if url or number
        else ()
    )
