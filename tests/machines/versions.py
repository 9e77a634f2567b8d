"""Other versions of the program, each in a folder of its own: an earlier commit, or this one with scripts to come."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from shipwake.store.migrate import HEAD
from tests.needs import ROOT

SCRIPT = '''"""A script of a version to come."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None
{body}
'''


def earlier(commit: str, place: Path) -> Path | None:
    """The source tree of an earlier commit; None where this clone does not hold it."""
    asked = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    if (
        shutil.which("git") is None
        or subprocess.run(asked, cwd=ROOT, check=False, capture_output=True).returncode
    ):
        return None
    place.mkdir()
    packed = subprocess.run(
        ["git", "archive", commit, "src"], cwd=ROOT, check=True, capture_output=True
    )
    subprocess.run(["tar", "-x", "-C", str(place)], input=packed.stdout, check=True)
    return place / "src"


def to_come(place: Path, scripts: Mapping[str, str]) -> Path:
    """This program with further scripts, `body` by name; each gets the next number."""
    # With what was compiled: a copy keeps its time, so that Python need not do it again.
    shutil.copytree(ROOT / "src", place / "src")
    home = place / "src" / "shipwake" / "store"
    before = HEAD
    for name, body in scripts.items():
        revision = f"{int(before) + 1:04}"
        text = SCRIPT.format(revision=revision, before=before, body=body)
        (home / "migrations" / "versions" / f"{revision}_{name}.py").write_text(text)
        before = revision
    code = (home / "migrate.py").read_text()
    (home / "migrate.py").write_text(re.sub(r'HEAD = "\d+"', f'HEAD = "{before}"', code))
    return place / "src"
