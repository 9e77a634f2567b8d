"""Draw the pictures of a run from its points: `python -m bench.judgement.plots POINTS FOLDER`; it computes nothing.

Runs by the peers' interpreter, which has matplotlib. The same points give the same bytes.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

PRODUCT = "shipwake"
BLUE, ORANGE, GREY = "#1f5fbf", "#d1701c", "#8a8a8a"
OTHERS = ("#d1701c", "#2f8f5b", "#8f4fa8", "#b0413e", "#6b6b6b", "#a88a1f", "#3aa6a6", "#c46a9d")
SIZE = (7.2, 4.4)


def main() -> None:
    """One SVG a picture that the points know."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams |= {
        "svg.hashsalt": "shipwake",
        "svg.fonttype": "none",
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "#e4e4e4",
        "legend.frameon": False,
        "legend.fontsize": 8,
    }
    points, folder = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    for name, draw in PICTURES.items():
        if points.get(name):
            _save(folder / name, draw, points[name])


def _save(path: Path, draw: Callable[[Any, Any], None], points: Any) -> None:  # noqa: ANN401
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=SIZE, layout="constrained")
    draw(axes, points)
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None}, facecolor="white")
    if "--png" in sys.argv:
        figure.savefig(path.with_suffix(".png"), dpi=110, facecolor="white")
    plt.close(figure)


def _styles(methods: Any) -> list[tuple[str, dict[str, Any]]]:  # noqa: ANN401
    """The product first and thick, the others thin and each in a colour of its own."""
    others = [m for m in methods if m != PRODUCT]
    styled = [(PRODUCT, {"color": BLUE, "lw": 2.6, "zorder": 5})] if PRODUCT in methods else []
    return [
        *styled,
        *(
            (m, {"color": OTHERS[i % len(OTHERS)], "lw": 1.2, "zorder": 3})
            for i, m in enumerate(others)
        ),
    ]


def _curve(axes: Any, points: dict[str, Any]) -> None:  # noqa: ANN401
    for name, style in _styles(points):
        p = points[name]
        axes.plot(
            [100 * x for x in p["alarms"]], [100 * y for y in p["found"]], **style, label=name
        )
        alarms, found = p["default"]
        axes.plot(max(100 * alarms, 0.2), 100 * found, "o", color=style["color"], ms=6, zorder=6)
    axes.set_xscale("log")
    axes.set_xticks(
        [0.2, 0.5, 1, 2, 5, 10, 20, 50], ["0.2", "0.5", "1", "2", "5", "10", "20", "50"]
    )
    axes.set_xlabel("harmless changes called worse, % (dots: each method's default)")
    axes.set_ylabel("steps and ramps found, %")
    axes.set_ylim(0, 100)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _time(axes: Any, points: dict[str, Any]) -> None:  # noqa: ANN401
    for name, style in _styles(points["found"]):
        found = points["found"][name]
        if found:
            axes.plot(points["looks"], [100 * f for f in found], "o-", ms=3, **style, label=name)
    axes.set_xscale("log")
    axes.set_xticks(points["looks"], [str(m) for m in points["looks"]])
    axes.minorticks_off()
    axes.set_xlabel("samples since the change")
    axes.set_ylabel("steps of k ≥ 5 found by default, %")
    axes.set_ylim(0, 101)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _calibration(axes: Any, points: list[list[Any]]) -> None:  # noqa: ANN401
    low = 4e-5
    axes.plot([low, 0.2], [low, 0.2], color=GREY, lw=1, label="as it should be")
    axes.fill_between(
        [low, 0.2],
        [low / 2, 0.1],
        [low * 2, 0.4],
        color="#e6e6e6",
        zorder=0,
        label="within a factor of 2",
    )
    looks = (
        ("real series", "worse", BLUE, "o", 0.92),
        ("real series", "better", BLUE, "v", 1.0),
        ("generators", "worse", ORANGE, "o", 1.08),
        ("generators", "better", ORANGE, "v", 1.17),
    )
    for source, way, color, marker, aside in looks:
        found = [p for p in points if p[0] == source and p[1] == way and p[3] == p[3]]
        x = [p[2] * aside for p in found]
        y = [max(p[3], low / 2) for p in found]
        below = [max(v - max(p[4], low / 2), 0) for v, p in zip(y, found, strict=True)]
        above = [max(p[5] - v, 0) for v, p in zip(y, found, strict=True)]
        axes.errorbar(
            x, y, yerr=[below, above], fmt=marker, color=color, ms=5, lw=1, capsize=2,
            label=f"{source}, {way}", alpha=0.9,
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("p of a whole watch, nominal")
    axes.set_ylabel("share of harmless watches at or below it")
    axes.set_ylim(low / 4, 2)
    axes.legend(loc="upper left", ncols=2)


def _coverage(axes: Any, points: list[list[Any]]) -> None:  # noqa: ANN401
    axes.axhspan(93, 97, color="#efefef", zorder=0)
    axes.axhline(95, color=GREY, lw=1)
    sizes = sorted({p[0] for p in points})
    stops = sorted({p[1] for p in points})
    for i, stop in enumerate(stops):
        found = [p for p in points if p[1] == stop and p[2] == p[2]]
        x = [sizes.index(p[0]) + 0.14 * (i - (len(stops) - 1) / 2) for p in found]
        y = [100 * p[2] for p in found]
        around = [[100 * (p[2] - p[3]) for p in found], [100 * (p[4] - p[2]) for p in found]]
        color = (ORANGE, "#2f8f5b", BLUE)[i % 3]
        axes.errorbar(x, y, yerr=around, fmt="o", color=color, capsize=2, label=f"{stop} samples")
    axes.set_xticks(range(len(sizes)), [f"k = {s:g}" for s in sizes])
    axes.set_xlabel("size of the step that was put in")
    axes.set_ylabel("95 % intervals that hold it, % (grey: hoped for)")
    axes.set_ylim(min(85.0, *(100 * p[3] - 1 for p in points if p[3] == p[3])), 100)
    axes.legend(loc="lower left")


PICTURES: dict[str, Callable[[Any, Any], None]] = {
    "curve": _curve,
    "time": _time,
    "calibration": _calibration,
    "coverage": _coverage,
}

if __name__ == "__main__":
    main()
