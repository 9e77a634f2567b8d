"""Measure what grows: `make scale`; figures go to a JSON file, and the page and its plots are written from that."""

import json
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.judgement.page import commit, machine
from bench.scale.databases import Databases
from bench.scale.page import write_page
from bench.scale.settings import Settings, read
from shipwake.wire import log

MODULES = {"replay": "replayed", "profile": "profiled"}
"""Of stages that are not called as their module."""


def main() -> None:
    """Measure the stages that were named, one after another; each one's figures are kept as soon as it has ended."""
    settings = read(sys.argv[1:])
    log.configure(json=False, level="error")
    settings.place.mkdir(parents=True, exist_ok=True)
    databases = Databases(settings.place)
    for stage in settings.stages:
        if stage != "none":
            _measured(settings, databases, stage)
    if settings.page is not None and settings.results.exists():
        for line in write_page(settings.page, json.loads(settings.results.read_text())):
            print(line, flush=True)


def _measured(settings: Settings, databases: Databases, stage: str) -> None:
    begun, rows = time.monotonic(), list[dict[str, Any]]()
    measure = import_module(f"bench.scale.{MODULES.get(stage, stage)}").measure
    with tempfile.TemporaryDirectory(prefix="scale-", dir=settings.place) as place:
        where = settings.place if stage == "replay" else Path(place)
        for row in measure(settings, databases, where):
            rows.append(row)
            print(f"[{time.monotonic() - begun:4.0f} s] {stage}: {_told(row)}", flush=True)
    held = json.loads(settings.results.read_text()) if settings.results.exists() else {}
    held |= {"machine": machine(), "commit": commit(), stage: rows}
    held["took_s"] = held.get("took_s", {}) | {stage: time.monotonic() - begun}
    settings.results.write_text(json.dumps(held, indent=1) + "\n")


def _told(row: dict[str, Any]) -> str:
    shown = (f"{k} {v:,.2f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items())
    return ", ".join(shown)


if __name__ == "__main__":
    main()
