"""What is installed elsewhere holds all that the checkout's own server uses."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import ROOT, SOURCE, under


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The names in a wheel that is built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    hatchling = Path(sys.executable).with_name("hatchling")
    build: list[str | Path] = [hatchling, "build", "-t", "wheel", "-d", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


def test_every_file_of_the_package_is_in_the_wheel(packed: frozenset[str]) -> None:
    """Code, templates, styles and migrations are packed, none left behind."""
    kinds = (".py", ".html", ".css", ".js", ".svg", ".typed")
    files = [path for kind in kinds for path in under("src/shipwake", suffix=kind)]

    assert {path.relative_to(SOURCE.parent).as_posix() for path in files} - packed == set()


def test_the_scripts_of_the_page_are_in_the_wheel(packed: frozenset[str]) -> None:
    """The scripts that set-up laid are packed, although git ignores them."""
    laid = {
        f"shipwake/web/static/lib/{path.name}" for path in (SOURCE / "web/static/lib").iterdir()
    }

    assert laid
    assert laid - packed == set()


def test_the_recorded_day_is_in_the_wheel(packed: frozenset[str]) -> None:
    """The demonstration works without a checkout, for the recording is packed."""
    recording = ROOT / "examples" / "shop" / "recording"
    files = {
        f"shipwake/_recording/{path.relative_to(recording).as_posix()}"
        for path in recording.rglob("*")
        if path.is_file()
    }

    assert files, "examples/shop/recording is missing: `make record` makes it"
    assert files - packed == set()
