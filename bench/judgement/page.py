"""The page of what was measured: data, seeds, versions and peers before the tables; it rounds and omits nothing."""

import json
import os
import platform
import subprocess
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from bench.judgement.answers import PRODUCT
from bench.judgement.rivals import ROOT, Method
from bench.judgement.run import Report
from bench.judgement.settings import Settings
from bench.judgement.tables import Table

HEAD = """\
# Measured

What the judge finds, what it cries wolf over, and what a team would pick instead: the same cases, the same run.
`make bench-judgement` wrote this page.
[Measure the judge](../../how-to/measure-the-judge.md) says how to repeat it on series of your own.

Every case is a series, a quiet moment of it, and a change of one kind put there.
The product is asked through `shipwake replay` at default settings.
Sizes of effects are in units of the series' own noise, so that what anybody could find is known.
"""


def machine() -> str:
    """The processor, how many of it, and the Python."""
    named = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        models = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        named = models[0].partition(":")[2].strip() if models else named
    return f"{named}, {os.cpu_count()} cores, Python {platform.python_version()}"


def write_page(settings: Settings, report: Report, took_s: float) -> list[str]:
    """Write the page and its pictures beside it; returns what there is to say of it."""
    page = settings.page
    if page is None:
        return []
    pictures = page.parent / "measured"
    pictures.mkdir(parents=True, exist_ok=True)
    drawn = _draw(settings.peers, report, pictures)
    parts = [HEAD, _run(settings, report, took_s), _methods(report.methods).markdown()]
    parts += [_with(table, drawn).markdown() for table in report.tables]
    page.write_text("\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8")
    told = [f"wrote {page}"]
    return told if drawn else [*told, "no pictures: the peers' interpreter has no matplotlib"]


def _draw(python: Path, report: Report, pictures: Path) -> bool:
    points = pictures / "points.json"
    points.write_text(json.dumps(report.points))
    ran = subprocess.run(
        [python, "-m", "bench.judgement.plots", points, pictures],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    points.unlink()
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
    return "\n".join(
        [
            "## The run",
            "",
            f"- Data: {len(report.series)} {kinds} ({held}), {half}; {used} of them long and lively enough for a case.",
            f"- Cases: {len(report.said):,}. {listed}.",
            f"- Seed {settings.seed}; nothing else is left to chance.",
            f"- shipwake {version('shipwake')}{_commit()}, numpy {version('numpy')}.",
            f"- {machine()}; the whole run took {took_s / 60:.0f} minutes with `--jobs {settings.jobs}`.",
        ]
    )


def _commit() -> str:
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return f" at {said.stdout.strip()}" if said.returncode == 0 else ""


def _methods(methods: tuple[Method, ...]) -> Table:
    rows = [(PRODUCT, version("shipwake"), "all", "defaults, through `shipwake replay`")]
    for m in methods:
        asked = "the first of each family" if m.slow else "all"
        rows.append(
            (m.name, m.version or "not installed", asked if m.version else "none", m.stands)
        )
    return Table(
        title="Who was asked", head=("method", "from", "cases", "settings"), rows=tuple(rows)
    )
