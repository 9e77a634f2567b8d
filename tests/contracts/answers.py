"""The adapters that exist, and what their other sides say, from `tests/wire/<kind>/<room>.yaml`.

The folder named by CONTRACT_ANSWERS is read beside it, so that an adapter that lives elsewhere is held to the same.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from shipwake.config import Adapter, Config, kinds, parse
from shipwake.domain import rfc3339

WIRE = Path(__file__).resolve().parents[1] / "wire"
SECTIONS = {"intake": "hooks", "sources": "sources", "tell": "tell", "lookup": "lookup"}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Answers = Mapping[str, Any]


def path_of(room: str, kind: str) -> Path:
    """Where the answers for one adapter stand, or should."""
    elsewhere = os.environ.get("CONTRACT_ANSWERS")
    homes = [Path(elsewhere), WIRE] if elsewhere else [WIRE]
    found = (home / kind / f"{room}.yaml" for home in homes)
    return next((path for path in found if path.is_file()), WIRE / kind / f"{room}.yaml")


@cache
def answers(room: str, kind: str) -> Answers:
    """What the other side says; nothing where there is no such file yet."""
    path = path_of(room, kind)
    if not path.is_file():
        return {}
    stated = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe loader
    assert isinstance(stated, dict)
    return stated


def adapters(room: str) -> pytest.MarkDecorator:
    """Parametrise a test with every kind of a room."""
    return pytest.mark.parametrize("kind", kinds.known(room))


def cases(room: str) -> pytest.MarkDecorator:
    """Parametrise a test with every case of every kind of a room."""
    found = [
        pytest.param(kind, name, id=f"{kind}: {name}")
        for kind in kinds.known(room)
        for name in answers(room, kind).get("cases", {})
    ]
    return pytest.mark.parametrize(("kind", "name"), found)


def configured(room: str, kind: str, settings: Mapping[str, Any], **environ: str) -> Adapter:
    """The adapter as a configuration file with these settings makes it; a value `${NAME}` comes from `environ`."""
    entry = {"kind": kind, "name": "acme", **settings}
    text = yaml.safe_dump({SECTIONS[room]: [entry]})
    read: Config = parse(text, name="shipwake.yaml", environ=environ)
    (adapter,) = getattr(read, SECTIONS[room])
    assert isinstance(adapter, Adapter)
    return adapter


def plain(value: object) -> object:
    """A value of ours as YAML would hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {key: plain(inner) for key, inner in asdict(value).items()}
    match value:
        case Enum():
            return value.value
        case datetime():
            return rfc3339(value)
        case dict():
            return {key: plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case _:
            return value


def differences(expected: object, got: object, where: str = "") -> list[str]:
    """Where `got` is not what is expected; a table may hold more than is expected of it."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return [
            d
            for key, value in expected.items()
            for d in differences(value, got.get(key), f"{where}.{key}")
        ]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        pairs = zip(expected, got, strict=True)
        return [d for i, (e, g) in enumerate(pairs) for d in differences(e, g, f"{where}[{i}]")]
    return [] if expected == got else [f"{where}: expected {expected!r}, got {got!r}"]
