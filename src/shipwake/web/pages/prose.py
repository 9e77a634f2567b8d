"""Our own words made easier to scan: the verdict's word in its colour, numbers that moved in bold."""

import re

from markupsafe import Markup, escape

from shipwake.web.charts import SPOKEN

FIGURE = r"[−\d](?:[\d.,]*\d)?"
ARROW = re.compile(rf"{FIGURE} → {FIGURE}(?: (?:%|[mµn]?s|[KMGTP]?i?B|points|min|h)(?![\w/]))?")
"""From and to with the unit after them."""


def arrows(text: str) -> Markup:
    """Our own words with each from → to in bold, as that is what an eye looks for."""
    return Markup(ARROW.sub(r"<b>\g<0></b>", str(escape(text))))  # noqa: S704 - escaped above


def worded(text: str | Markup, word: str | None) -> Markup:
    """A sentence whose verdict word, where it first stands, has its colour."""
    safe = escape(text)
    if not word:
        return safe
    spoken = SPOKEN.get(word, word)
    coloured = Markup('<span class="{}">{}</span>').format(word, spoken)
    return Markup(str(safe).replace(str(escape(spoken)), str(coloured), 1))  # noqa: S704 - escaped above
