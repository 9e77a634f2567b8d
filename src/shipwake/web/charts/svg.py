"""SVG as text: elements whose every attribute and word is escaped; it refuses to know what is drawn."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

Value = str | float | int | None
NAMES = {"class_": "class", "viewbox": "viewBox"}
"""Attributes that cannot be written as a Python name, or are not in lower case."""


def coordinate(value: float) -> str:
    """A length in user units, to a tenth, without trailing zeros."""
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def _attribute(name: str, value: Value) -> str:
    key = NAMES.get(name) or name.replace("_", "-")
    if isinstance(value, float):
        return f' {key}="{coordinate(value)}"'
    return f" {key}={quoteattr(str(value))}"


def tag(name: str, *children: str, **attributes: Value) -> str:
    """One element; `children` are SVG already, attributes that are None are left out."""
    head = name + "".join([_attribute(k, v) for k, v in attributes.items() if v is not None])
    inner = "".join(children)
    return f"<{head}>{inner}</{name}>" if inner else f"<{head}/>"


def words(text: str, x: float, y: float, **attributes: Value) -> str:
    """A text element at (x, y)."""
    return tag("text", escape(text), x=x, y=y, **attributes)


def bold_tail(text: str, strong: str, x: float, y: float, **attributes: Value) -> str:
    """A text element whose last word is strong."""
    return tag(
        "text", escape(text + " "), tag("tspan", escape(strong), class_="b"), x=x, y=y, **attributes
    )


def moment(at_s: float, said: str, form: str) -> str:
    """An instant within a text element; the page's script may show it in another zone."""
    return tag("tspan", escape(said), data_at=str(int(at_s)), data_form=form)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: Value) -> str:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def box(x: float, y: float, width: float, height: float, **attributes: Value) -> str:
    """A rectangle; a size below zero draws nothing."""
    return tag("rect", x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), **attributes)


def path(runs: Iterable[list[tuple[float, float]]], **attributes: Value) -> str:
    """One path of several unconnected runs of points; a run of one point is drawn as a dot."""
    drawn = "".join(_run(run) for run in runs if run)
    return tag("path", d=drawn, **attributes) if drawn else ""


def _run(run: list[tuple[float, float]]) -> str:
    points = run if len(run) > 1 else [run[0], (run[0][0] + 0.1, run[0][1])]
    return "M" + "L".join(f"{coordinate(x)},{coordinate(y)}" for x, y in points)


def polygon(points: Iterable[tuple[float, float]], **attributes: Value) -> str:
    """A closed area."""
    return tag(
        "polygon",
        points=" ".join(f"{coordinate(x)},{coordinate(y)}" for x, y in points),
        **attributes,
    )


def hatch(name: str) -> str:
    """The pattern of slanted lines that says "nothing is known here"; `name` is unique on the page."""
    slanted = tag("path", d="M0,6L6,0", class_="hatching")
    pattern = tag("pattern", slanted, id=name, width=6, height=6, patternUnits="userSpaceOnUse")
    return tag("defs", pattern)


def picture(
    *parts: str, width: float, height: float, name: str, class_: str = "", **attributes: Value
) -> str:
    """A whole SVG picture with the words that stand for it where it is not seen."""
    return tag(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewbox=f"0 0 {coordinate(width)} {coordinate(height)}",
        class_=f"chart {class_}".strip(),
        role=attributes.pop("role", "img"),
        aria_label=name,
        **attributes,
    )
