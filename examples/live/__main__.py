"""Everything real, end to end: `python -m live`; ends with 1 where a step did not bring what it must."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from live import history
from live.stores import STORES, missing
from live.told import StepError
from live.walk import walk

if TYPE_CHECKING:
    from live.record import Length
    from live.walk import Walked

NEEDS = {"prometheus": "Debian: apt-get install prometheus", "promtool": "comes with prometheus"}


def main() -> int:
    """Record what is not kept, walk on each store, and print what was measured."""
    args = arguments()
    console = Console(highlight=False, soft_wrap=True)
    if unmet := [f"{name} ({how})" for name, how in NEEDS.items() if not shutil.which(name)]:
        console.rule("SKIPPED: make live", characters="!")
        console.print(f"Nothing was tried, for there is no {' and no '.join(unmet)}.")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    begun = time.monotonic()
    past = recorded(console, history.in_real_time() if args.real_time else history.side_by_side())
    if args.record_only:
        return 0
    for store in args.store or STORES:
        if said := missing(store):
            console.print(f"SKIPPED: {store}: {said}")
            continue
        if not one(console, past, store, args.messages):
            return 1
    console.print(f"All of it took {time.monotonic() - begun:.0f} s.")
    return 0


def recorded(console: Console, length: Length) -> Path:
    """Give the folder of the past; recording it shows how far it is."""
    if not history.home(length).is_dir():
        console.print(
            f"No past of this shop on this machine is kept: recording {history.MINUTES} minutes of it, {length.shops} "
            f"shops side by side, {length.seconds / 60:.1f} minutes each."
        )
    columns = (TextColumn("recording the shop"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        return history.ensure(length, lambda share: bar.update(task, completed=share))


def one(console: Console, past: Path, store: str, messages: Path | None) -> bool:
    """Walk on one store; its folder is removed, unless something went wrong."""
    console.rule(store)
    folder = Path(tempfile.mkdtemp(prefix=f"shipwake-live-{store}-"))
    begun = time.monotonic()

    def now(words: str) -> None:
        console.print(f"{time.monotonic() - begun:6.1f} s  {words}")

    try:
        walked = asyncio.run(walk(folder, past, store, now))
    except StepError as error:
        console.print(f"FAILED on {store}: {error}", style="red", markup=False)
        console.print(f"What each process said is kept in {folder}")
        return False
    except BaseException:
        console.print(f"ENDED on {store}; what each process said is kept in {folder}", style="red")
        raise
    with suppress(OSError):
        shutil.rmtree(folder)
    show(console, walked)
    if messages:
        with messages.open("a") as file:
            file.writelines(json.dumps(one.stated) + "\n" for one in walked.received)
    return True


def show(console: Console, walked: Walked) -> None:
    """Print the steps, the times and the messages of one walk."""
    table = Table("step", "from → to", "seconds", title=f"{walked.store}: {walked.took_s:.0f} s")
    for step in walked.steps:
        for name, seconds in step.took.items():
            table.add_row(step.name, name, f"{seconds:.1f}")
        table.add_row("", step.said, "", end_section=True)
    console.print(table)
    table = Table("indicator", "in the past", "now", title="10th, 50th and 90th percentile")
    for level in walked.levels:
        past, now = (" ".join(f"{v:.1f}" for v in side) for side in (level.past, level.now))
        table.add_row(level.sli, past, f"{now} {level.unit}")
    console.print(table)
    for received in walked.received:
        console.print(received.drawing, markup=False)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make live", description=__doc__)
    parser.add_argument("--store", action="append", choices=sorted(STORES), help="only this one")
    parser.add_argument(
        "--real-time", action="store_true", help="a past of one shop: half an hour to record"
    )
    parser.add_argument(
        "--messages", type=Path, help="append the messages as Slack's API tells them, one a line"
    )
    parser.add_argument("--record-only", action="store_true", help="record the past and end")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
