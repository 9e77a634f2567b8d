"""Which names somebody may have meant, for a refusal that helps."""

from collections.abc import Sequence
from difflib import get_close_matches

SHOWN = 5


def nearest(read: str, known: Sequence[str]) -> str:
    """Words that list the known names nearest to what was read, or the first few."""
    if not known:
        return "none is configured yet"
    near = get_close_matches(read[:200], known, n=3, cutoff=0.4)
    return f"did you mean {', '.join(near)}?" if near else f"known here: {', '.join(known[:SHOWN])}"
