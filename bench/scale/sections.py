"""Each stage's figures as a table for the page; it computes shares and rates that stand in the figures, no more."""

from collections.abc import Callable, Sequence
from typing import Any

from bench.judgement.tables import Table

Row = dict[str, Any]


def _watches(rows: Sequence[Row]) -> Table:
    return Table(
        title="How late looks are",
        head=(
            "changes held",
            "rows of due looks",
            "first answer, s",
            "first look, s",
            "memory, MB",
            "at most, MB",
            "learners, MB",
            "processor, idle, %",
            "due, looks/s",
            "made, looks/s",
            "most overdue, s",
            "normals asked, learned",
        ),
        rows=tuple(
            (
                f"{r['changes']:,}",
                f"{r['rows']:,}",
                f"{r['up_s']:.1f}",
                f"{r['first_look_s']:.1f}",
                f"{r['start_mb']:.0f}",
                f"{r['peak_mb']:.0f}",
                f"{r['learners_mb']:.0f}",
                f"{100 * r['idle_processor']:.1f}",
                f"{r['rate']}",
                f"{r['made'] / r['seconds']:.0f}",
                f"{max(r['late_s'], 0):.1f}",
                f"{r['asked']:,}, {r['learned']:,}",
            )
            for r in rows
        ),
        pictures=("watches",),
    )


def _looks(rows: Sequence[Row]) -> Table:
    return Table(
        title="Looks a second",
        head=(
            "database",
            "workers",
            "changes due",
            "first looks/s",
            "further looks/s",
            "over all",
            "made",
            "normals asked",
            "found learned, %",
            "a worker at most, MB",
            "all learners, MB",
        ),
        rows=tuple(
            (
                r["database"],
                f"{r['workers']}",
                f"{r['changes']}",
                "–" if r["cold"] is None else f"{r['cold']:.0f}",
                "–" if r["warm"] is None else f"{r['warm']:.0f}",
                f"{r['whole']:.0f}",
                f"{r['made']:,}",
                f"{r['asked']:,}",
                _share(r["asked"] - r["learned"], r["asked"]),
                f"{r['peak_mb']:.0f}",
                f"{r['learners_mb']:.0f}",
            )
            for r in rows
        ),
        pictures=("looks",),
    )


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f}" if whole else "–"


def _heard(rows: Sequence[Row]) -> Table:
    return Table(
        title="Changes heard",
        head=(
            "changes stored",
            "API, changes/s",
            "hook, answered/s",
            "hook, understood/s",
            "told to come again",
            "MB",
        ),
        rows=tuple(
            (
                f"{r['stored']:,}",
                f"{r['api']:.0f}",
                f"{r['hook']:.0f}",
                f"{r['understood']:.0f}",
                f"{r['put_off']}",
                f"{r['mb']:.0f}",
            )
            for r in rows
        ),
    )


def _pushed(rows: Sequence[Row]) -> Table:
    return Table(
        title="Samples pushed",
        head=("database", "SLIs a body", "samples of each", "bodies/s", "samples/s"),
        rows=tuple(
            (
                r["database"],
                f"{r['slis']}",
                f"{r['samples']:,}",
                f"{r['bodies']:.0f}",
                f"{r['rate']:,.0f}",
            )
            for r in rows
        ),
        pictures=("pushed",),
    )


def _pages(rows: Sequence[Row]) -> Table:
    found: dict[tuple[str, int], dict[str, Row]] = {}
    notes = []
    for r in rows:
        if r["page"] == "looks/s":
            if r["state"] != "idle":
                ended = "; they ran out before the last page" if r["ran_out"] else ""
                notes.append(f"{r['rate']:.0f} looks/s with {r['stored']:,} stored{ended}")
        else:
            found.setdefault((r["page"], r["stored"]), {})[r["state"]] = r
    return Table(
        title="Pages",
        head=(
            "page",
            "changes stored",
            "idle, median ms",
            "99th percentile",
            "while looks run, median ms",
            "99th percentile",
        ),
        rows=tuple(
            (page, f"{stored:,}", *_both(states.get("idle")), *_both(states.get("while looks run")))
            for (page, stored), states in found.items()
        ),
        note=f"Meanwhile the same process made {', '.join(notes)}." if notes else "",
        pictures=("pages",),
    )


def _both(row: Row | None) -> tuple[str, str]:
    return (f"{row['median_ms']:.1f}", f"{row['p99_ms']:.1f}") if row else ("–", "–")


def _size(rows: Sequence[Row]) -> Table:
    return Table(
        title="Room on disk",
        head=("database", "an SLI and month, kB", "looks an SLI", "a change, kB", "a look, kB"),
        rows=tuple(
            (
                r["database"],
                f"{r['sli_month'] / 1e3:.0f}",
                f"{r['looks']:.1f}",
                f"{r['change'] / 1e3:.0f}",
                f"{r['change'] / 1e3 / r['looks'] / 10:.1f}",
            )
            for r in rows
        ),
    )


def _replay(rows: Sequence[Row]) -> Table:
    return Table(
        title="Replay",
        head=("way", "SLIs", "seconds", "SLIs/s"),
        rows=tuple(
            (r["way"], f"{r['slis']}", f"{r['spent_s']:.1f}", f"{r['rate']:.1f}") for r in rows
        ),
    )


def _profile(rows: Sequence[Row]) -> Table:
    whole = {r["stage"]: r for r in rows if not r["part"]}
    return Table(
        title="Where the time goes",
        head=("stage", "part", "share of the time, %"),
        rows=tuple(
            (_stage(r["stage"], whole), r["part"], f"{100 * r['share']:.0f}")
            for r in rows
            if r["part"]
        ),
    )


def _stage(name: str, whole: dict[str, Row]) -> str:
    each_ms = 1000 * whole[name]["spent_s"] / max(whole[name]["done"], 1)
    return f"{name}, {each_ms:.1f} ms each"


SECTIONS: dict[str, Callable[[Sequence[Row]], Table]] = {
    "watches": _watches,
    "looks": _looks,
    "heard": _heard,
    "pushed": _pushed,
    "pages": _pages,
    "size": _size,
    "replay": _replay,
    "profile": _profile,
}
"""By stage."""
