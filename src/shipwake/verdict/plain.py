"""Names that people and machines chose, made fit for a sentence: they may not break or outgrow it.

Escaping for HTML, Slack or a terminal is the renderer's work and is not done here.
"""

import re
import unicodedata
from functools import lru_cache

NAME_LIMIT = 60
"""Characters of a name inside a sentence."""
MARKS_LIMIT = 2
"""Accents one letter may carry; more of them climb over the lines above."""
ISOLATE, POP = "\u2068", "\u2069"
"""Around a name in a right-to-left script, so that the numbers after it keep their order."""
# Control, format (bidi overrides, joiners), surrogate, private and unassigned characters.
UNPRINTED = {"Cf", "Cs", "Co", "Cn"}
BROADCAST = re.compile(r"@(?=(?:channel|here|everyone)\b)", re.IGNORECASE)
EMOJI_BLOCKS = ((0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x231A, 0x231B), (0x23E9, 0x23FA))


@lru_cache(maxsize=4096)
def clean(text: str, limit: int = NAME_LIMIT) -> str:
    """`text` on one line, at most `limit` characters, without what could reorder or ring.

    Emoji go too: a message carries exactly one, and it is the verdict's. May return "".
    """
    kept = _letters(unicodedata.normalize("NFC", text[: 8 * limit]))
    line = " ".join(BROADCAST.sub("", kept).split()).rstrip(" .,;:")
    if any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in line):
        return ISOLATE + clip(line, limit - 2) + POP
    return clip(line, limit)


def clip(text: str, limit: int) -> str:
    """`text` cut to `limit` characters, the cut shown."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def capital(sentence: str) -> str:
    """`sentence` with a capital, unless its first word is spelt in a way of its own (p95, iOS)."""
    first = sentence.split(" ", 1)[0].rstrip(",:")
    plain = first.isascii() and first.isalpha() and first.islower()
    return sentence[:1].upper() + sentence[1:] if plain else sentence


def _letters(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for c in text:
        category = unicodedata.category(c)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in ("Cc", "Zl", "Zp", "Zs"):
            kept.append(" ")
        elif category not in UNPRINTED and marks <= MARKS_LIMIT and not _emoji(c):
            kept.append(c)
    return "".join(kept)


def _emoji(c: str) -> bool:
    point = ord(c)
    if point in (0xFE0E, 0xFE0F, 0x20E3):
        return True
    if point >= 0x1F000:
        return unicodedata.category(c) in ("So", "Sk")
    return any(low <= point <= high for low, high in EMOJI_BLOCKS)
