"""The command line: one verb per file, loaded only when it is used, so that help costs nothing."""

from shipwake.cli.verbs import main

__all__ = ["main"]
