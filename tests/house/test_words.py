"""The repository speaks of itself alone: of no machine, no workplace and no package index."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, committed, named


def _host(*parts: str) -> str:
    """A host's name, written in parts so that this file does not hold it."""
    return re.escape(".".join(parts))


FORBIDDEN = {
    "a package index": (
        _host("pypi", "org"),
        _host("pythonhosted", "org"),
        _host("npmjs", "org"),
        _host("npmjs", "com"),
        _host("deb", "debian", "org"),
        _host("security", "debian", "org"),
        _host("proxy", "golang", "org"),
        r"--(?:extra-)?" + "index" + r"-url[ =]+\S*[:/]",
    ),
    "a folder of somebody's machine": (
        r"(?<![\w.}-])/" + r"(?:root|work)/",
        r"(?<![\w.}-])/" + r"home/(?!you\b|user\b)\w+/",
        r"(?<![\w.}-])/" + r"Users/\w+/",
        r"\.pyenv" + "/",
    ),
    "a private key": ("BEGIN " + r"(?:\w+ )*PRIVATE KEY",),
}


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The numbered lines of a text file; none of a binary one."""
    content = path.read_bytes()
    if b"\0" not in content:
        yield from enumerate(content.decode(errors="replace").splitlines(), start=1)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_committed_file_names(what: str) -> None:
    """No committed line names a package index, a folder of somebody's machine or a private key."""
    pattern = re.compile("|".join(FORBIDDEN[what]))
    found = [
        f"{named(path)}:{number} has {match.group()!r}"
        for path in committed()
        for number, line in _lines(path)
        if (match := pattern.search(line))
    ]

    assert found == []


def test_locks_hold_no_address() -> None:
    """No lock names where a package comes from, so that any mirror serves."""
    locks = [*(ROOT / "requirements").iterdir(), ROOT / "package-lock.json", ROOT / ".npmrc"]
    found = [
        f"{named(path)}:{number}"
        for path in locks
        for number, line in _lines(path)
        if "://" in line
    ]

    assert found == []
