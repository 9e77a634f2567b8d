"""PostgreSQL's own tools with the very words of docs/how-to/back-up.md, beside the server that the tests run."""

import re
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import make_url

from tests.needs import ROOT

PAGE = ROOT / "docs" / "how-to" / "back-up.md"
FILE, ADDRESS = "shipwake.dump", "$SHIPWAKE_DATABASE"
"""What the page's commands leave to whoever runs them."""


def said(tool: str, address: str, file: Path) -> list[str]:
    """The page's command, with a database's address and a file filled in."""
    import pgserver

    (line,) = re.findall(rf"^{tool} .*$", PAGE.read_text(), re.MULTILINE)
    beside = Path(pgserver.__file__).parent / "pginstall" / "bin"
    names: Mapping[str, str] = {ADDRESS: plain(address), FILE: str(file)}
    words = line.replace('"', "").split()[1:]
    for name, value in names.items():
        words = [word.replace(name, value) for word in words]
    return [str(beside / tool), *words]


def plain(address: str) -> str:
    """The address as PostgreSQL's tools read it, without our driver's name."""
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
