"""What the demonstration shows in a terminal: each verdict as it falls, how far the day has come, then the truth."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from shipwake.cli.shown import COLOURS, SHAPES
from shipwake.domain import Change, Verdict
from shipwake.flow import River
from shipwake.replay import Outcome, Recording
from shipwake.wire.clock import monotonic

CALLED = {
    "hurt": "ever ailing or unhealthy",
    "improved": "ever improved",
    "healthy": "healthy at the end",
}
PAPER = 120
"""Columns where the output goes to a file or a pipe."""
ROWS = ("harmful", "improved", "harmless", "rollback")


class Screen:
    """A line for each change of health, a progress bar below them; plain lines where there is no terminal."""

    def __init__(self, day: Recording, river: River, url: str, begun: float) -> None:
        self._day, self._river, self._url, self._begun = day, river, url, begun
        self._console = Console(highlight=False, soft_wrap=True)
        if not self._console.is_terminal:
            self._console = Console(highlight=False, soft_wrap=True, width=PAPER)
        bar = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(
            *bar, console=self._console, disable=not self._console.is_terminal
        )
        total = (day.end - day.live_from).total_seconds()
        self._task = self._progress.add_task("the recorded day", total=total)
        self._seen = 0
        self._words: dict[str, str] = {}
        self._first: float | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def opening(self, folder: Path) -> None:
        """Say what is about to be seen."""
        day = self._day
        minutes = (day.end - day.live_from).total_seconds() / 60
        self._console.print(
            f"[bold]shipwake[/bold] hears a recorded day of a small shop ({folder.name}): "
            f"{len(day.config.slis)} indicators, {len(day.truths)} changes in {minutes:.0f} minutes, "
            f"sent as they came.\nThe page: {self._url}\n"
        )

    def at(self, now: datetime) -> None:
        """Show the verdicts that are new, and how far the day has come."""
        with self._river.store.read() as tx:
            fresh = tx.verdicts.since(self._seen, 500)
            changes = {
                v.change: stored.change for _, v in fresh if (stored := tx.changes.get(v.change))
            }
        for number, verdict in fresh:
            self._seen = number
            if (
                self._words.get(verdict.change) != verdict.health.value
                and verdict.change in changes
            ):
                self._words[verdict.change] = verdict.health.value
                self._line(changes[verdict.change], verdict)
        done = (now - self._day.live_from).total_seconds()
        self._progress.update(self._task, completed=done)

    def _line(self, change: Change, verdict: Verdict) -> None:
        if self._first is None:
            self._first = monotonic() - self._begun
        word = verdict.health.value
        people = ", ".join(p.shown for p in change.people) or "-"
        chip = f"[{COLOURS[word]}]{SHAPES[word]} {word:9}[/]"
        self._console.print(f"{verdict.at:%H:%M:%S} {chip} ", end="")
        self._console.print(
            f"{change.name[:44]:44} {change.service:9} {people:8} {verdict.sentence}", markup=False
        )

    def closing(self, found: Sequence[Outcome], table: Mapping[str, Mapping[str, int]]) -> None:
        """Hold what was said against what was true."""
        self._console.print()
        self._console.print(_each(found))
        self._console.print(_counts(table))
        took = monotonic() - self._begun
        first = (
            f"first verdict on the screen after {self._first:.1f} s, "
            if self._first is not None
            else ""
        )
        self._console.print(f"{first}the whole day after {took:.1f} s.")

    def stay(self) -> None:
        """Say that the page stays up."""
        self._console.print(f"\nThe page stays up at {self._url} (Ctrl-C ends it).")


def _each(found: Sequence[Outcome]) -> Table:
    table = Table(title="Each change against the truth", title_justify="left", expand=False)
    for heading in ("truth", "what it was", "service", "last word", "found after"):
        table.add_column(heading)
    for o in found:
        after = f"{o.found_after.total_seconds():.0f} s" if o.found_after is not None else ""
        mark = "" if _right(o) else "  (!)"
        word = o.health.value if o.health else "no verdict"
        table.add_row(o.truth.truth, o.truth.story, o.truth.service, word + mark, after)
    return table


def _right(o: Outcome) -> bool:
    if o.truth.truth == "harmful":
        return o.ever_hurt
    if o.truth.truth == "improved":
        return o.ever_improved and not o.ever_hurt
    return not o.ever_hurt


def _counts(counts: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table(title="Confusion", title_justify="left")
    for heading in ("truth", "changes", *CALLED.values(), "unknown at the end"):
        table.add_column(heading, justify="left" if heading == "truth" else "right")
    for truth in ROWS:
        if truth in counts:
            row = counts[truth]
            table.add_row(truth, *(str(row[k]) for k in ("all", *CALLED, "unknown")))
    return table
