"""The law on messages as a check: what a message may never be, whatever it is about."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from shipwake.domain import Health, Verdict
from shipwake.verdict import EMOJI

WORD_WITHIN = 40
LINE_LIMIT = 400
FORBIDDEN = (
    "@channel",
    "@here",
    "@everyone",
    "anomaly",
    "broke",
    "caused by",
    "may have impacted",
    "p-value",
    "p_worse",
    "sigma",
    "pass",
    "fail/",
)
BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067")


def faults(lines: Sequence[str], verdict: Verdict) -> Iterator[str]:
    """Each way in which these lines break the law."""
    text = "\n".join(lines)
    if not 1 <= len(lines) <= 3:
        yield f"{len(lines)} lines"
    if any(len(line) > LINE_LIMIT for line in lines):
        yield "a line that nobody reads"
    if str(verdict.health) not in lines[0][:WORD_WITHIN]:
        yield "the word comes too late"
    if _emoji(text) != [EMOJI[verdict.health]]:
        yield f"its emoji are {_emoji(text)}"
    if any(unicodedata.category(c) == "Cc" or c in BIDI for line in lines for c in line):
        yield "a character that breaks or turns the line"
    yield from (f"it says {word}" for word in FORBIDDEN if word in text.lower())
    if re.search(r"\b(nan|inf|None)\b", text):
        yield "a number that is none"
    if "Next look" not in text and "The watch is over" not in text:
        yield "nothing about what comes next"
    if verdict.health is Health.UNKNOWN and not re.search(r"\d", lines[0]):
        yield "unknown without a number"
    yield from _moves(lines[0], verdict)


def _moves(line: str, verdict: Verdict) -> Iterator[str]:
    """A move is said from, to and since when, wherever that is known."""
    moved = [f for f in verdict.findings if f.health.hurts] or [
        f for f in verdict.findings if f.health is Health.IMPROVED
    ]
    if verdict.health in (Health.UNKNOWN, Health.HEALTHY) or not moved:
        return
    if all(" → " in f.words for f in moved) and " → " not in line:
        yield "a move without from and to"
    if verdict.onset is not None and not re.search(
        r"(since|at) (\d+ \w+ )?(\d{4} )?\d\d:\d\d", line
    ):
        yield "a move without since when"


def _emoji(text: str) -> list[str]:
    return [
        c for c in text if c in EMOJI.values() or ord(c) >= 0x1F000 or 0x2600 <= ord(c) <= 0x27BF
    ]
