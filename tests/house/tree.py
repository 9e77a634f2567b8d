"""The files of the checkout as the house tests see them; what git ignores is not among them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "shipwake"
CODE = ("src", "tests", "examples", "bench", "scripts")


@cache
def committed() -> tuple[Path, ...]:
    """Every file that is, or would be, committed; in an unpacked archive, every file."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    said = subprocess.run(listing, cwd=ROOT, capture_output=True, check=False)
    if said.returncode == 0:
        found = [ROOT / name.decode() for name in said.stdout.split(b"\0") if name]
    else:
        found = list(ROOT.rglob("*"))
    return tuple(sorted(path for path in found if path.is_file()))


def under(*folders: str, suffix: str) -> list[Path]:
    """The committed files below the named folders of the checkout that end with `suffix`."""
    homes = [ROOT / folder for folder in folders]
    return [
        path
        for path in committed()
        if path.suffix == suffix and any(home in path.parents for home in homes)
    ]


def named(path: Path) -> str:
    """A file's path from the checkout's root, as messages show it."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method defined in a Python file, nested ones included."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
