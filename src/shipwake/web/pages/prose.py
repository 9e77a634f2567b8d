"""Our own words made easier to scan: the verdict's word in its colour, numbers that moved in bold."""

import re

from markupsafe import Markup, escape

from shipwake.web.charts import SPOKEN

FIGURE = r"[−\d](?:[\d.,]*\d)?"
ARROW = re.compile(rf"{FIGURE} → {FIGURE}(?: (?:%|[mµn]?s|[KMGTP]?i?B|points|min|h)(?![\w/]))?")
"""From and to with the unit after them."""
CODE = re.compile(r"`([^`<>]{1,60})`")


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


def coded(text: str | Markup) -> Markup:
    """Names of settings, which stand between backticks in our errors, as code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped above


def ended(text: str) -> str:
    """Words of another system as a sentence of ours: with one mark at the end."""
    said = text.rstrip(" .;,")
    return said if said.endswith(("?", "!", "…")) else f"{said}."
