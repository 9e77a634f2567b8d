"""What is declared, locked, installed and called is the same thing everywhere."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from tests.house.tree import ROOT, under

# Loaded by another package by name: SQLAlchemy picks the driver, the server its event loop.
LOADED_BY_NAME = {"psycopg"}
# Part of what another promises: its classes are in that one's signatures.
BROUGHT_BY = {"starlette": "fastapi", "markupsafe": "jinja2", "joserfc": "authlib"}


def _project() -> dict[str, Any]:
    settings: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return settings


def _names(requirements: list[str]) -> set[str]:
    """The plain names in a list of requirements, as the index spells them."""
    return {_plain(re.split(r"[\[<>=!~; ]", line)[0]) for line in requirements}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _imported() -> set[str]:
    """The top-level names of other people's packages that the source imports."""
    found: set[str] = set()
    for path in under("src/shipwake", suffix=".py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"shipwake", ""}


def test_source_imports_what_is_declared() -> None:
    """Each package that the source imports is a declared dependency or an extra's."""
    project = _project()["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    declared = _names(project["dependencies"]) | _names(extras)
    brought = {name for name, bringer in BROUGHT_BY.items() if bringer in declared}
    by_import = packages_distributions()
    undeclared = {
        name
        for name in _imported() - brought
        if not declared & {_plain(found) for found in by_import.get(name, [name])}
    }

    assert undeclared == set()


def test_no_dependency_is_idle() -> None:
    """Each declared dependency is imported by the source, or loaded by name by another."""
    by_import = packages_distributions()
    used = {_plain(found) for name in _imported() for found in by_import.get(name, [name])}

    assert _names(_project()["project"]["dependencies"]) - used - LOADED_BY_NAME == set()


def test_each_dependency_has_its_reason() -> None:
    """Decision 0002 names each runtime dependency and what it is for."""
    (record,) = (ROOT / "docs" / "decisions").glob("0002-*.md")
    rows = "\n".join(line for line in record.read_text().splitlines() if line.startswith("| "))
    unexplained = {
        name
        for name in _names(_project()["project"]["dependencies"])
        if not re.search(rf"\b{name}\b", rows)
    }

    assert unexplained == set()


def _locked(name: str) -> dict[str, bool]:
    """Each package in a lock, and whether it has a hash."""
    text = (ROOT / "requirements" / name).read_text()
    pins = re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)[1:]
    return {_plain(pin.split("==")[0]): "--hash=sha256:" in pin for pin in pins}


def test_every_locked_package_has_a_hash() -> None:
    """No package in any lock can be installed without a matching hash."""
    locks = [path.name for path in (ROOT / "requirements").iterdir()]

    assert {
        f"{lock}: {name}"
        for lock in locks
        for name, is_safe in _locked(lock).items()
        if not is_safe
    } == set()


def test_locks_hold_what_is_declared() -> None:
    """The runtime lock has each dependency, the development lock each of its group's as well."""
    settings = _project()
    dependencies = _names(settings["project"]["dependencies"])
    group = [line for line in settings["dependency-groups"]["dev"] if isinstance(line, str)]

    assert dependencies - set(_locked("runtime.txt")) == set()
    assert (dependencies | _names(group)) - set(_locked("dev.txt")) == set()


def test_the_judges_peers_stay_outside() -> None:
    """What the judge is measured beside is in the peers' lock, and in no lock of the product or its tests."""
    peers = _names(_project()["dependency-groups"]["peers"])
    others = {"runtime.txt", "setup.txt", "dev.txt", "boot.txt"}

    assert peers - set(_locked("peers.txt")) == set()
    assert (peers - {"numpy"}) & {name for lock in others for name in _locked(lock)} == set()


def test_every_script_of_the_page_has_a_hash() -> None:
    """Each npm package is locked to one version with a hash and no address."""
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_ci_calls_what_people_call() -> None:
    """The workflow calls `.ci/run` and `.ci/live`, which end in `make check` and `make live`, as contributors do."""
    workflow = (ROOT / ".github" / "workflows" / "check.yml").read_text()
    contributing = (ROOT / "CONTRIBUTING.md").read_text()

    for script, command in (("run", "make check"), ("live", "make live")):
        assert f"run: .ci/{script}\n" in workflow
        assert (ROOT / ".ci" / script).read_text().endswith(f"\n{command}\n")
        assert command in contributing
    assert "make test" in (ROOT / "README.md").read_text()


def test_actions_are_pinned_by_hash() -> None:
    """Each action in a workflow is named by a commit, and workflows may only read."""
    for workflow in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = Path(workflow).read_text()
        used = re.findall(r"uses: (\S+)", text)

        assert [name for name in used if not re.search(r"@[0-9a-f]{40}$", name)] == []
        assert re.search(r"^permissions:\n  contents: read$", text, re.MULTILINE)
        assert "write" not in text
