"""Rooms import only what `.importlinter` lets them, and a breach of any contract is seen."""

import ast
import configparser
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, SOURCE, named, under

# One breach for each contract: the room it is planted in, and what is imported there.
BREACHES = {
    "layers": ("flow", "shipwake.web"),
    "pure": ("judge", "threading"),
    "adapters-never-judge": ("config", "shipwake.verdict"),
    "intake-offline": ("intake", "shipwake.wire.planted"),
    "store-alone": ("store", "shipwake.config"),
    "sql": ("web", "sqlalchemy"),
    "http-out": ("tell", "httpx"),
    "http-in": ("app", "fastapi"),
    "detectors": ("replay", "scipy"),
    "adapters": ("sources", "shipwake.sources.planted_too"),
}


def _contracts() -> dict[str, str]:
    """Each contract's key and its name, as the file has them."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / ".importlinter")
    return {
        section.rpartition(":")[2]: settings[section]["name"]
        for section in settings.sections()
        if section.startswith("importlinter:contract:")
    }


def _copy(folder: Path) -> Path:
    """A copy of the source in which a breach may be planted."""
    source = folder / "src"
    shutil.copytree(SOURCE.parent, source, ignore=shutil.ignore_patterns("static", "__pycache__"))
    shutil.copy(ROOT / ".importlinter", folder)
    return source / "shipwake"


def _lint(folder: Path) -> str:
    """What lint-imports says of the source in a folder, without its ornament."""
    said = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    output = said.stdout + said.stderr
    print(output)  # noqa: T201 - `pytest -rA` shows what a breach looks like
    return output


def _sections(output: str) -> dict[str, str]:
    """The part of the report about each broken contract, by the contract's name."""
    _, _, broken = output.partition("Broken contracts")
    names = [name for name in _contracts().values() if f"{name}\n---" in broken]
    starts = [broken.index(f"{name}\n---") for name in names]
    ends = [min([other for other in starts if other > start], default=None) for start in starts]
    return {name: broken[start:end] for name, start, end in zip(names, starts, ends, strict=True)}


def test_no_contract_is_broken() -> None:
    """The source as it stands keeps every contract."""
    output = _lint(ROOT)

    assert f"{len(_contracts())} kept, 0 broken" in output


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The report on a copy of the source with a breach of each contract, and a room too many."""
    folder = tmp_path_factory.mktemp("planted")
    source = _copy(folder)
    for room in {room for room, _ in BREACHES.values()} | {"wire"}:
        imports = [f"import {name}" for home, name in BREACHES.values() if home == room]
        text = "\n".join(['"""Planted."""', *imports, ""])
        (source / room / "planted.py").write_text(text)
    (source / "sources" / "planted_too.py").write_text('"""Planted."""\n')
    (source / "attic").mkdir()
    (source / "attic" / "__init__.py").write_text('"""Planted."""\n')
    return _sections(_lint(folder))


@pytest.mark.parametrize("contract", _contracts())
def test_a_breach_is_seen(contract: str, report: dict[str, str]) -> None:
    """A breach planted for each contract is reported under that contract, by file and import."""
    room, imported = BREACHES[contract]
    told = report[_contracts()[contract]]

    assert f"shipwake.{room}.planted" in told
    assert imported in told


def test_a_room_without_a_place_is_seen(report: dict[str, str]) -> None:
    """A new folder under the package that no layer names breaks the first contract."""
    assert "- shipwake.attic" in report[_contracts()["layers"]]


def test_rooms_are_entered_by_their_doors() -> None:
    """A room imports another from its door, never from a module behind it; the wire has several."""
    deep = [
        f"{named(path)}:{line} imports {module}"
        for path in under("src/shipwake", suffix=".py")
        for line, module in _imports(path)
        if _is_deep(module, room=path.relative_to(SOURCE).parts[0])
    ]

    assert deep == []


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the module of each import in a file."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)


def _is_deep(module: str, room: str) -> bool:
    package, _, rest = module.partition(".")
    parts = rest.split(".")
    return package == "shipwake" and len(parts) > 1 and parts[0] not in {room, "wire"}
