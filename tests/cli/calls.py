"""The command line as a shell sees it: what was written to either stream, and the exit status."""

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest import mock

from shipwake.cli.verbs import main


@dataclass(frozen=True, slots=True)
class Said:
    """What one call came to."""

    status: int
    out: str
    err: str


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def call(*args: str, out: io.StringIO | None = None, **environ: str) -> Said:
    """Run the command line here, with these variables of the environment added."""
    out, err, status = out or io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.object(sys, "argv", ["shipwake", *args]),
        mock.patch.dict(os.environ, environ),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
    return Said(status, out.getvalue(), err.getvalue())
