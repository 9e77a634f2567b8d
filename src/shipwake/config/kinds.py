"""The folder is the registry: a kind is a file of its room or a third party's entry point; refuses unknown kinds."""

import importlib
import pkgutil
import re
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from shipwake.config.field import closest, listed
from shipwake.domain import ShipwakeError

KIND = re.compile(r"[a-z][a-z0-9_]{0,60}")


class UnknownKindError(ShipwakeError):
    """There is no adapter of this kind: use one of those listed, or install the package that brings it."""


class BrokenKindError(ShipwakeError):
    """The adapter of this kind cannot be loaded: install what it needs, or correct it."""


def known(room: str) -> list[str]:
    """The kinds of a room (`intake`, `sources`, `tell`, `lookup`), in order; none of them is imported."""
    return sorted({*_files(room), *(point.name for point in _points(room))})


def load(room: str, kind: str) -> ModuleType:
    """The module of one kind. Our own file comes before an entry point of the same name."""
    if KIND.fullmatch(kind) and kind in _files(room):
        return _checked(room, kind, _imported(room, kind))
    for point in _points(room):
        if point.name == kind:
            return _checked(room, kind, _entered(room, point))
    names = known(room)
    raise UnknownKindError(
        f"{room} has no kind {kind!r}; known: {listed(names)}{closest(kind, names)}"
    )


def _files(room: str) -> list[str]:
    """The modules of a room; its sub-packages hold what kinds share and are none themselves."""
    package = importlib.import_module(f"shipwake.{room}")
    return [m.name for m in pkgutil.iter_modules(package.__path__) if not m.ispkg]


def _points(room: str) -> list[EntryPoint]:
    return sorted(entry_points(group=f"shipwake.{room}"))


def _imported(room: str, kind: str) -> object:
    try:
        return importlib.import_module(f"shipwake.{room}.{kind}")
    except ImportError as error:
        raise _lacking(room, kind, error) from error


def _entered(room: str, point: EntryPoint) -> object:
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise _lacking(room, point.name, error) from error


def _lacking(room: str, kind: str, error: Exception) -> BrokenKindError:
    return BrokenKindError(
        f"{room} kind {kind!r} cannot be loaded ({error}); install the package that it needs"
    )


def _checked(room: str, kind: str, module: object) -> ModuleType:
    if not isinstance(module, ModuleType) or not callable(getattr(module, "connect", None)):
        raise BrokenKindError(
            f"{room} kind {kind!r} has no function `connect`; its entry point must name the module that has one"
        )
    return module
