"""Each setting as a short digest, which tells that it changed and never what it says; no secret is in any of them."""

import hashlib
from dataclasses import fields
from urllib.parse import urlsplit

from shipwake.config.model import Adapter, Config

SHOWN = 16
"""Characters of a digest: enough to tell one value from another, for nobody tries to forge a setting here."""


def digests(config: Config) -> dict[str, str]:
    """A digest by setting: of each single value, and of each entry of a section by its name."""
    found: dict[str, str] = {}
    for field in fields(config):
        if field.name.startswith("_") or field.name == "implicit":
            continue
        value = getattr(config, field.name)
        if field.name == "database":
            value = _place(value)
        if isinstance(value, tuple) and value and hasattr(value[0], "name"):
            found |= {f"{field.name}.{_named(one)}": _digest(one) for one in value}
        else:
            found[field.name] = _digest(value)
    return found


def changed(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """What is new (`+`), gone (`-`) or says something else, in order."""
    new = (f"+{name}" for name in now.keys() - before.keys())
    gone = (f"-{name}" for name in before.keys() - now.keys())
    other = (name for name in now.keys() & before.keys() if now[name] != before[name])
    return sorted([*new, *gone, *other], key=lambda name: name.lstrip("+-"))


def _named(one: object) -> str:
    name = str(getattr(one, "name", ""))
    return f"{one.kind}/{name}" if isinstance(one, Adapter) and name != one.kind else name


def _digest(value: object) -> str:
    """Secrets print as `***`, so that none is in it, not even as a digest that could be searched."""
    told = value
    if isinstance(value, Adapter):
        told = (value.kind, value.name, sorted(value.settings.items(), key=lambda item: item[0]))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:SHOWN]


def _place(database: str) -> str:
    """The address of a database without its password."""
    parts = urlsplit(database)
    return f"{parts.scheme}://{parts.username or ''}@{parts.hostname or ''}:{parts.path}"
