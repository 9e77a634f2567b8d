"""The page of what was measured: figures as they were found, also where a goal was missed; it measures nothing."""

import json
import os
import subprocess
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.judgement.rivals import ROOT, interpreter
from bench.judgement.tables import Table
from bench.scale import sections

Results = dict[str, Any]


def write_page(page: Path, results: Results) -> list[str]:
    """Write the page and its plots beside it; returns what there is to say of it."""
    words = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8")
    pictures = page.parent / "scale"
    pictures.mkdir(parents=True, exist_ok=True)
    drawn = _draw(results, pictures)
    for stage, section in sections.SECTIONS.items():
        table = _shown(section, results.get(stage, []), drawn=drawn)
        words = words.replace(f"<!-- {stage} -->", table)
    words = words.replace("<!-- run -->", _run(results))
    page.write_text(words, encoding="utf-8")
    told = [f"wrote {page}"]
    return told if drawn else [*told, "no plots: the peers' interpreter has no matplotlib"]


def _shown(section: Callable[[Any], Table], rows: list[Any], *, drawn: bool) -> str:
    if not rows:
        return "*Not measured in this run.*"
    table = section(rows)
    plain = Table(title="", head=table.head, rows=table.rows).markdown().partition("\n\n")[2]
    shown = [f"![{table.title}](scale/{name}.svg)" for name in table.pictures if drawn]
    return "\n\n".join([plain, *([table.note] if table.note else []), *shown])


def _run(results: Results) -> str:
    took = sum(results.get("took_s", {}).values()) / 60
    return "\n".join(
        [
            f"- {results['machine']}; database, processes that are measured and senders share it.",
            f"- shipwake {version('shipwake')} at {results['commit']}; it took {took:.0f} minutes.",
            f"- {results.get('note', 'Nothing else ran on it.')}",
        ]
    )


def _draw(results: Results, pictures: Path) -> bool:
    for old in pictures.glob("*.svg"):
        old.unlink()
    passed = pictures / "results.json"
    passed.write_text(json.dumps(results))
    ran = subprocess.run(
        [interpreter(), "-m", "bench.scale.plots", passed, pictures],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    passed.unlink()
    if ran.returncode and "No module named 'matplotlib'" not in ran.stderr:
        raise RuntimeError(f"the plots could not be drawn: {ran.stderr[-2000:]}")
    return ran.returncode == 0
