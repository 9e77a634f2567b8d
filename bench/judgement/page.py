"""The page of what was measured: data, seeds, versions and peers before the tables; it rounds and omits nothing."""

import json
import os
import platform
import subprocess
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.judgement.answers import PRODUCT
from bench.judgement.report import Report, points, tables
from bench.judgement.rivals import ROOT
from bench.judgement.settings import Settings
from bench.judgement.tables import Measured, Table

HEAD = """\
# Measured

What the judge finds, what it cries wolf over, and what a team would pick instead: the same cases, the same run.
`make bench-judgement` wrote this page.
[Measure the judge](../../how-to/measure-the-judge.md) says how to repeat it on series of your own.

Every case is a series, a quiet moment of it, and a change of one kind put there.
The product is asked through `shipwake replay` at default settings.
Sizes of effects are in units of the series' own noise, so that what anybody could find is known.
"""

CUT = """\
**This run was cut short.**
What is missing was not measured, and what is here is of fewer cases than a whole run has.
"""


def machine() -> str:
    """The processor, how many of it, and the Python."""
    named = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        models = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        named = models[0].partition(":")[2].strip() if models else named
    return f"{named}, {os.cpu_count()} cores, Python {platform.python_version()}"


def write_page(
    settings: Settings, report: Report, measured: Sequence[Measured], took_s: float
) -> list[str]:
    """Write the page and its pictures beside it, if anything was found; returns what there is to say of it."""
    page = settings.page
    if page is None or not measured:
        return []
    pictures = page.parent / "measured"
    pictures.mkdir(parents=True, exist_ok=True)
    # Of which commit is asked before old pictures go, or it would always be an altered one.
    parts = [HEAD, *([] if report.whole else [CUT]), _run(settings, report, took_s)]
    parts += [_methods(report).markdown()]
    drawn = _draw(settings.peers, points(measured), pictures)
    parts += [_with(table, drawn).markdown() for table in tables(measured)]
    page.write_text("\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8")
    told = [f"wrote {page}"]
    return told if drawn else [*told, "no pictures: the peers' interpreter has no matplotlib"]


def _draw(python: Path, found: dict[str, Any], pictures: Path) -> bool:
    """Whether the pictures were drawn, which are those of this run alone."""
    for old in pictures.glob("*.svg"):
        old.unlink()
    passed = pictures / "points.json"
    passed.write_text(json.dumps(found))
    ran = subprocess.run(
        [python, "-m", "bench.judgement.plots", passed, pictures],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    passed.unlink()
    if ran.returncode and "No module named 'matplotlib'" not in ran.stderr:
        message = f"the pictures could not be drawn: {ran.stderr[-2000:]}"
        raise RuntimeError(message)
    return ran.returncode == 0


def _with(table: Table, drawn: bool) -> Table:  # noqa: FBT001 - one private question
    if drawn:
        return table
    return Table(
        title=table.title, head=table.head, rows=table.rows, says=table.says, note=table.note
    )


def _run(settings: Settings, report: Report, took_s: float) -> str:
    datasets = Counter(s.dataset for s in report.series)
    kinds = "made-up series" if settings.made_up else "real series"
    held = ", ".join(f"{n} of {name}" for name, n in sorted(datasets.items()))
    used = len({s.facts.series for s in report.said})
    cases = Counter(s.facts.group for s in report.said)
    listed = "; ".join(f"{group}: {n}" for group, n in cases.items())
    half = {
        "report": "the half that nothing was tuned on, by the SHA-256 of the series' id",
        "tuning": "the half that may be tuned on, by the SHA-256 of the series' id",
        "both": "both halves, so also what may have been tuned on",
    }[settings.half.value]
    known = commit()
    at = f" at {known}" if known else ""
    return "\n".join(
        [
            "## The run",
            "",
            f"- Data: {len(report.series)} {kinds} ({held}), {half}; {used} of them long and lively enough for a case.",
            f"- Cases: {len(report.said):,}. {listed}.",
            f"- Seed {settings.seed}; nothing else is left to chance.",
            f"- shipwake {version('shipwake')}{at}, numpy {version('numpy')}.",
            f"- {machine()}; it took {took_s / 60:.0f} minutes with `--jobs {settings.jobs}`.",
        ]
    )


def _methods(report: Report) -> Table:
    asked = {a.method: f"{len(a.facts):,}" for a in report.answers}
    rows = [
        (PRODUCT, version("shipwake"), asked[PRODUCT], "defaults, through `shipwake replay`"),
        *(
            (m.name, m.version or "not installed", asked.get(m.name, "0"), m.stands)
            for m in report.methods
        ),
    ]
    return Table(
        title="Who was asked",
        head=("method", "from", "cases", "settings"),
        rows=tuple(rows),
        note="Whoever was asked of fewer cases is slow, and was asked of the first of the harmless families, "
        "of steps and of ramps.",
    )


def commit() -> str:
    """What is measured, as git names it; empty where it is no clone."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout.strip() if said.returncode == 0 else ""
