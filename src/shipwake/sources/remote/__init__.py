"""What sources on a network share: the grid that answers are laid on, and the keys that open them; asks nobody."""

from shipwake.sources.remote.grid import Flags, Grid, Line, Span
from shipwake.sources.remote.keys import address, headers, one_credential, opened_by, texts

__all__ = [
    "Flags",
    "Grid",
    "Line",
    "Span",
    "address",
    "headers",
    "one_credential",
    "opened_by",
    "texts",
]
