"""Charts and signs as SVG text, made by pure functions; this room knows no request, store or clock."""

from shipwake.web.charts import around, band, history, spark, strip
from shipwake.web.charts.figures import (
    age,
    between,
    clock,
    counted,
    day,
    digits,
    figure,
    from_to,
    lasting,
    signed,
)
from shipwake.web.charts.frame import NARROW, SMALL, WIDE, Size
from shipwake.web.charts.plot import Marker, Mean, Outside, Plot
from shipwake.web.charts.shapes import (
    GLYPHS,
    MARK,
    ROLLBACK,
    UNNAMED,
    WATCHING,
    glyph_icon,
    shape_icon,
    sheet,
)

__all__ = [
    "GLYPHS",
    "MARK",
    "NARROW",
    "ROLLBACK",
    "SMALL",
    "UNNAMED",
    "WATCHING",
    "WIDE",
    "Marker",
    "Mean",
    "Outside",
    "Plot",
    "Size",
    "age",
    "around",
    "band",
    "between",
    "clock",
    "counted",
    "day",
    "digits",
    "figure",
    "from_to",
    "glyph_icon",
    "history",
    "lasting",
    "shape_icon",
    "sheet",
    "signed",
    "spark",
    "strip",
]
