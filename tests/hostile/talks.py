"""A planted source that says its token aloud, installed as a package from elsewhere would be."""

from pathlib import Path

TALKS = '''
"""A planted source that says its token on standard error."""
import sys

from shipwake.config import Setting, read
from shipwake.sources import SourceError

SETTINGS = (Setting("token", read.secret, "Opens it."),)


class Talks:
    parallel = 2

    def __init__(self, token):
        self.token = token

    def samples(self, sli, start, end):
        sys.stderr.write(f"asked with {self.token}\\n")
        raise SourceError("it has nothing", permanent=True)


def connect(adapter, reader=None):
    return Talks(adapter.settings["token"].reveal())
'''


def lay(folder: Path) -> None:
    """The planted source, as an installed package would lie there."""
    (folder / "talks.py").write_text(TALKS)
    info = folder / "talks-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: talks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[shipwake.sources]\ntalks = talks\n")
