"""Records the running shop, second by second; refuses to write over a recording.

`python -m shop.record --minutes 90 --seed 20261124 --out DIR`; SIGTERM ends it in good order.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from shop import outputs
from shop.deliveries import precise
from shop.director import Director
from shop.processes import ORDER, Ports, Processes
from shop.schedule import Pace, Script, script
from shop.scrape import Sample, Service, read

if TYPE_CHECKING:
    from collections.abc import Sequence

LATE_S = 0.6
PAGE_WITHIN_S = 0.9


class Scraper:
    """Reads the three pages at every whole second."""

    def __init__(self, processes: Processes, journal: outputs.Journal) -> None:
        """Open one connection to each service."""
        limits = httpx.Limits(max_keepalive_connections=3)
        self._client = httpx.AsyncClient(timeout=PAGE_WITHIN_S, limits=limits)
        self._ports, self._dead, self._journal = processes.ports, processes.dead, journal
        self._services = {name: Service(name) for name in ORDER}
        self.missed = 0

    async def run(self, end: float) -> None:
        """Scrape until the end; a second that comes too late stays a gap."""
        second = int(time.time()) + 1
        while second <= end:
            await asyncio.sleep(max(0.0, second - time.time()))
            if time.time() - second < LATE_S:
                found = await asyncio.gather(*(self._page(name) for name in ORDER))
                self._journal.add(second, [sample for samples in found for sample in samples])
            else:
                self.missed += 1
            second += 1
            if second % 30 == 0 and (dead := self._dead()):
                print(f"not running at {second}: {dead}", flush=True)
        await self._client.aclose()

    async def _page(self, name: str) -> Sequence[Sample]:
        for _ in range(2):  # a kept connection may close under us while a version is replaced
            try:
                page = await self._client.get(f"{self._ports.url(name)}/metrics")
            except httpx.TransportError:
                continue
            return self._services[name].samples(read(page.text))
        self.missed += 1
        return []


def processor() -> str:
    """Name the processor as the system does."""
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        names = [
            line.split(":", 1)[1].strip()
            for line in facts.read_text().splitlines()
            if "model name" in line
        ]
        if names:
            return names[0]
    return platform.processor() or platform.machine()


def about(plan: Script, director: Director, **more: object) -> dict[str, Any]:
    """Describe the recording, as far as it has come."""
    truths = [row["truth"] for row in director.record.truths.values() if row["judge"]]
    return {
        "processor": processor(),
        "system": platform.system(),
        "python": platform.python_version(),
        "seed": plan.seed,
        "minutes": plan.minutes,
        "history_minutes": plan.history_minutes,
        "step": "1s",
        "secret": "shipwake-demo",
        "changes": len(director.record.changes),
        "truths": {word: truths.count(word) for word in sorted(set(truths))},
        "label": "the sample of a second covers the second that ended then",
        **more,
    }


async def record(args: argparse.Namespace) -> None:
    """Run shop, visitors, script and scraper until the time is over or SIGTERM comes."""
    folder: Path = args.out
    pace = Pace(args.pace)
    plan = script(args.seed, args.minutes, args.history, pace, args.only)
    work = folder / "work"
    processes = Processes(Ports(args.base_port), work, work / "processes.log")
    director = Director(plan, processes, folder, work, args.pace)
    journal = outputs.Journal(work / "journal.csv")
    scraper = Scraper(processes, journal)
    print(f"seed {args.seed}: {len(plan.changes)} changes in {args.minutes:g} minutes", flush=True)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    begun = datetime.now(UTC)
    try:
        await director.open_shop()
        started = float(int(time.time()) + 1)
        await processes.visitors(args.seed, started, plan.rhythm)
        await until_stopped(stopped, director, scraper, started, args.minutes * 60)
    finally:
        await processes.close()
        journal.close()
        rows = outputs.pack(folder)
        facts = about(
            plan,
            director,
            date=precise(begun),
            ended=precise(datetime.now(UTC)),
            samples=rows,
            missed=scraper.missed,
            failed=director.record.failed,
            load_average=[round(value, 2) for value in os.getloadavg()],
        )
        (folder / "about.json").write_text(json.dumps(facts, indent=2) + "\n")
        print(json.dumps(facts), flush=True)
    # Only a recording that came to its end drops what it could be packed from again.
    if not stopped.is_set():
        shutil.rmtree(work)


async def until_stopped(
    stopped: asyncio.Event, director: Director, scraper: Scraper, started: float, length_s: float
) -> None:
    """Play the script and scrape; whichever ends the recording first cancels the rest."""
    playing = asyncio.create_task(director.perform(started))
    scraping = asyncio.create_task(scraper.run(started + length_s))
    waiting = asyncio.create_task(stopped.wait())
    await asyncio.wait((scraping, waiting), return_when=asyncio.FIRST_COMPLETED)
    for task in (playing, scraping, waiting):
        if not task.done():
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="shop.record", description=__doc__)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument(
        "--history", type=float, default=30, help="minutes of plain deploys at the start"
    )
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base-port", type=int, default=8100)
    parser.add_argument(
        "--pace", type=float, default=1.0, help="factor on all pauses, for dry runs"
    )
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=[],
        help="stories by name, for dry runs",
    )
    return parser.parse_args()


def main() -> None:
    """Open the folder and record."""
    args = arguments()
    if args.out.exists() and any(args.out.iterdir()):
        raise SystemExit(f"{args.out} is not empty: name another folder with --out, or remove it")
    (args.out / "work").mkdir(parents=True)
    (args.out / "shipwake.yaml").write_text(outputs.configuration())
    asyncio.run(record(args))


if __name__ == "__main__":
    main()
