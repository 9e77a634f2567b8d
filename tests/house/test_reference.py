"""The reference names everything that a person can meet: adapters, verbs, settings, paths, reasons."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from scripts.reference import __main__ as reference
from scripts.reference import http, metrics, page
from shipwake.cli.verbs import shipwake
from shipwake.config import kinds
from shipwake.domain import Health, Reason
from tests.house.tree import ROOT, SOURCE, under

FOLDER = ROOT / "docs" / "reference"
DOORS = ("intake", "sources", "lookup", "tell")


def _headings(name: str) -> set[str]:
    """The headings of one page of the reference; none where the page is missing."""
    path = FOLDER / f"{name}.md"
    text = path.read_text() if path.is_file() else ""
    return {heading.replace("`", "") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@cache
def _all() -> str:
    return "\n".join(path.read_text() for path in sorted(FOLDER.glob("*.md")))


def _settings() -> Iterator[str]:
    """Every key of the file: what the config room's tables name, and each adapter's own."""
    for path in under("src/shipwake/config", suffix=".py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Setting":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)
    for room in DOORS:
        for kind in kinds.known(room):
            yield from (setting.name for setting in getattr(kinds.load(room, kind), "SETTINGS", ()))


@pytest.mark.parametrize("room", DOORS)
def test_each_adapter_has_a_heading(room: str) -> None:
    """Each file in the folder of a door has a heading of its name on the room's page."""
    kinds = {path.stem for path in (SOURCE / room).glob("*.py")} - {"__init__"}

    assert kinds, f"no adapter in {room}"
    assert kinds - _headings(room) == set()


def test_each_verb_has_a_heading() -> None:
    """Each verb of the command line has a heading on its page."""
    with shipwake.make_context("shipwake", [], resilient_parsing=True) as context:
        verbs = {f"shipwake {name}" for name in shipwake.list_commands(context)}

    assert len(verbs) > 1
    assert verbs - _headings("cli") == set()


def test_each_setting_is_named() -> None:
    """Each key that the source reads from a configuration is named in the reference."""
    names = set(_settings())

    assert "looks" in names
    assert {name for name in names if f"`{name}`" not in _all()} == set()


def test_each_path_has_a_heading() -> None:
    """Each method and path of the API has a heading on its page."""
    operations = {
        f"{method.upper()} {path}"
        for path, methods in http.document()["paths"].items()
        for method in methods
    }

    assert "POST /api/v1/changes" in operations
    assert operations - _headings("http") == set()


def test_each_metric_has_a_heading() -> None:
    """Each metric that a server shows has a heading, with what it says."""
    there = {name: says for name, _, says in metrics.described()}

    assert {"shipwake_looks_total", "shipwake_requests_total"} <= there.keys()
    assert there.keys() - _headings("metrics") == set()
    assert [name for name, says in there.items() if not says] == []


def test_each_reason_and_word_is_explained() -> None:
    """Each reason has a heading on its page, and each word of health is on it."""
    assert {str(reason) for reason in Reason} - _headings("reasons") == set()
    assert {word for word in Health if f"**{word}**" not in _all()} == set()


def test_the_reference_says_what_the_code_says() -> None:
    """`make docs` would change nothing."""
    stale = [found[0].name for part in reference.parts() if (found := page.stale(*part))]

    assert stale == []
