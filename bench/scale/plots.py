"""Draw the plots of a run from its figures: `python -m bench.scale.plots RESULTS FOLDER`; it computes nothing.

Runs by the peers' interpreter, which has matplotlib. The same figures give the same bytes.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

COLOURS = ("#1f5fbf", "#d1701c", "#2f8f5b", "#8f4fa8", "#b0413e", "#6b6b6b", "#a88a1f", "#3aa6a6")
SIZE = (7.2, 4.2)
Rows = Sequence[dict[str, Any]]


def main() -> None:
    """One SVG a plot that there are figures for."""
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
    results, folder = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    for name, draw in PLOTS.items():
        if results.get(name):
            _save(folder / name, draw, results[name])


def _save(path: Path, draw: Callable[[Any, Rows], None], rows: Rows) -> None:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=SIZE, layout="constrained")
    draw(axes, rows)
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None}, facecolor="white")
    if "--png" in sys.argv:
        figure.savefig(path.with_suffix(".png"), dpi=110, facecolor="white")
    plt.close(figure)


def _watches(axes: Any, rows: Rows) -> None:  # noqa: ANN401
    for colour, rate in zip(COLOURS, sorted({r["rate"] for r in rows}), strict=False):
        found = [r for r in rows if r["rate"] == rate]
        late = [max(r["late_s"], 0.05) for r in found]
        label = f"{rate} looks/s come due"
        axes.plot([r["changes"] for r in found], late, "o-", color=colour, label=label)
    axes.axhline(5, color="#8a8a8a", lw=1, ls="--", label="goal: at most 5 s")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("changes held open, ten SLIs each")
    axes.set_ylabel("most overdue look, s")
    axes.legend()


def _looks(axes: Any, rows: Rows) -> None:  # noqa: ANN401
    ways = list(dict.fromkeys((r["database"], r["workers"]) for r in rows))
    for colour, way in zip(COLOURS, ways, strict=False):
        found = [r for r in rows if (r["database"], r["workers"]) == way]
        name = f"{way[0]}, {way[1]} worker{'s' if way[1] > 1 else ''}"
        cold = [(r["changes"] * 10, r["cold"]) for r in found if r["cold"]]
        if cold:
            axes.plot(*zip(*cold, strict=True), "o--", color=colour, lw=1.2, label=f"{name}: first")
        warm = [(r["changes"] * 10, r["warm"]) for r in found if r["warm"]]
        if warm:
            axes.plot(*zip(*warm, strict=True), "o-", color=colour, label=f"{name}: further")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("SLIs that are watched, all of them due")
    axes.set_ylabel("looks/s, read, judged and committed")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _pushed(axes: Any, rows: Rows) -> None:  # noqa: ANN401
    for colour, kind in zip(COLOURS, dict.fromkeys(r["database"] for r in rows), strict=False):
        found = [r for r in rows if r["database"] == kind]
        sizes = [r["slis"] * r["samples"] for r in found]
        axes.plot(sizes, [r["rate"] for r in found], "o-", color=colour, label=kind)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("samples a body")
    axes.set_ylabel("samples/s, durable")
    axes.legend()


def _pages(axes: Any, rows: Rows) -> None:  # noqa: ANN401
    found = [r for r in rows if "median_ms" in r]
    stored = sorted({r["stored"] for r in found})
    names = list(dict.fromkeys(r["page"] for r in found))
    series = [(n, s) for n in stored for s in ("idle", "while looks run")]
    high = 0.8 / len(series)
    for i, (count, state) in enumerate(series):
        these = {r["page"]: r for r in found if r["stored"] == count and r["state"] == state}
        at = [names.index(n) + (i - (len(series) - 1) / 2) * high for n in these]
        colour = COLOURS[stored.index(count) % 2]
        medians = [r["median_ms"] for r in these.values()]
        beyond = [max(r["p99_ms"] - r["median_ms"], 0) for r in these.values()]
        axes.barh(
            at, medians, high, color=colour, alpha=1.0 if state == "idle" else 0.5,
            xerr=[[0] * len(beyond), beyond], ecolor="#555", error_kw={"lw": 0.8},
            label=f"{count:,} stored, {state}",
        )  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("ms until answered: median, and whiskers to the 99th percentile")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


PLOTS: dict[str, Callable[[Any, Rows], None]] = {
    "watches": _watches,
    "looks": _looks,
    "pushed": _pushed,
    "pages": _pages,
}

if __name__ == "__main__":
    main()
