"""The shapes of the five words and the glyphs of the kinds of change; shape, word and colour always go together."""

from shipwake.domain import ChangeKind, Health
from shipwake.web.charts.svg import box, line, polygon, tag

ROLLBACK, UNNAMED, WATCHING, KNOWN = "rollback", "unnamed", "watching", "known"
SPOKEN = {KNOWN: "known, not judged"}
"""How a badge reads where its word alone would say too little."""


def shape(word: str, x: float, y: float, r: float = 5.0) -> str:
    """The shape of a verdict's word around (x, y), taken from the sheet of signs that a page holds once."""
    known = word if word in SHAPES else WATCHING
    return tag("use", href=f"#s-{known}", x=x - r, y=y - r, width=2 * r, height=2 * r)


def shape_icon(word: str) -> str:
    """A verdict's shape as a small picture that stands beside its word."""
    return tag(
        "svg", shape(word, 6.0, 6.0), viewbox="0 0 12 12", class_="shape", aria_hidden="true"
    )


def glyph(kind: str, x: float, y: float) -> str:
    """The glyph of a kind of change around (x, y), taken from the sheet of signs."""
    known = kind if kind in GLYPHS else UNNAMED
    return tag("use", href=f"#k-{known}", x=x - 8, y=y - 8, width=16, height=16)


def glyph_icon(kind: str) -> str:
    """A kind's glyph as a small picture, named by the kind."""
    return tag(
        "svg",
        glyph(kind, 8.0, 8.0),
        viewbox="0 0 16 16",
        class_="kind",
        role="img",
        aria_label=kind,
    )


def sheet() -> str:
    """Every sign once, as symbols; a page that shows any sign begins with it."""
    kinds = [
        tag("symbol", g, id=f"k-{k}", viewbox="0 0 16 16", class_="glyph")
        for k, g in GLYPHS.items()
    ]
    words = [
        tag("symbol", s, id=f"s-{w}", viewbox="0 0 12 12", overflow="visible")
        for w, s in SHAPES.items()
    ]
    return tag("svg", *kinds, *words, class_="unseen", aria_hidden="true")


def _stroke(d: str) -> str:
    return tag("path", d=d)


SHAPES = {
    Health.HEALTHY: tag("circle", cx=6, cy=6, r=6, class_="fill healthy"),
    Health.IMPROVED: polygon([(0, 11), (12, 11), (6, 0)], class_="fill improved"),
    Health.AILING: polygon([(-0.5, 6), (6, -0.5), (12.5, 6), (6, 12.5)], class_="fill ailing"),
    Health.UNHEALTHY: box(0, 0, 12, 12, class_="fill unhealthy"),
    Health.UNKNOWN: tag("circle", cx=6, cy=6, r=4.8, class_="ring unknown"),
    WATCHING: tag("circle", cx=6, cy=6, r=4.8, class_="ring unknown dotted"),
    KNOWN: tag("path", d="M1 6H11", class_="ring unknown"),
}
GLYPHS = {
    ChangeKind.DEPLOY: box(5.5, 2, 5, 12, class_="solid"),
    ChangeKind.FLAG: _stroke("M4 14V2.5M4 3H12.5L10 6L12.5 9H4"),
    ChangeKind.CONFIG: _stroke("M2 5H8M12.5 5H14M2 11H4M8.5 11H14M10.2 3V7M6.2 9V13"),
    ChangeKind.INFRASTRUCTURE: _stroke(
        "M2.5 3H13.5V7.4H2.5ZM2.5 8.6H13.5V13H2.5ZM4.5 5.2H6M4.5 10.8H6"
    ),
    ChangeKind.DATABASE: _stroke(
        "M3 4C3 2.2 13 2.2 13 4C13 5.8 3 5.8 3 4V12C3 13.8 13 13.8 13 12V4M3 8C3 9.8 13 9.8 13 8"
    ),
    ChangeKind.DEPENDENCY: _stroke("M8 2L13.5 5V11L8 14L2.5 11V5ZM2.5 5L8 8L13.5 5M8 8V14"),
    ChangeKind.EXTERNAL: _stroke(
        "M4.5 12.5C1 12.5 1.2 8.2 4.2 8.2C4.2 4 10.6 3.6 11.2 7.4C14.8 7.2 14.8 12.5 11.6 12.5Z"
    ),
    ChangeKind.MANUAL: _stroke("M3 13L3.6 10L11 2.6L13.4 5L6 12.4ZM9.4 4.2L11.8 6.6"),
    ROLLBACK: _stroke("M6.5 3L3 6.2L6.5 9.4M3.4 6.2H9.5C14.4 6.2 14.4 13 9.5 13H6"),
    UNNAMED: _stroke("M5.5 5.6C5.5 2.2 10.6 2.4 10.5 5.5C10.4 7.6 8 7.6 8 10M8 12.4V13.2"),
}

MARK = tag(
    "svg",
    tag("path", d="M5 3V21", class_="stem"),
    tag("path", d="M6 12L20 5.5M6 12L20 18.5", class_="wake"),
    tag("path", d="M8 12H20", class_="course"),
    viewbox="0 0 24 24", class_="mark", aria_hidden="true",
)  # fmt: skip
"""The mark: an upright change and the wake that opens behind it."""


def rule(x: float, y1: float, y2: float, class_: str) -> str:
    """An upright hairline."""
    return line(x, y1, x, y2, class_=class_)
