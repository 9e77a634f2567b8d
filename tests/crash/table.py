"""How the crash tests read: one line a crash point, one cell a database and number of workers."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tests.crash.matrix import Row
from tests.crash.planted import Caught
from tests.crash.soak import Soaked

WIDTH = 60


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Runs, times reached, lost and doubled of each cell; the words of what went wrong below."""
    cells: dict[str, dict[tuple[str, int], list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        cells[f"{row.point} [stalled]" if row.by == "stall" else row.point][
            row.store, row.workers
        ].append(row)
    columns = sorted({(r.store, r.workers) for r in rows}, key=lambda c: (c[0] != "SQLite", c[1]))
    yield "each cell: runs, times reached, lost, doubled"
    heads = [f"{store[:8]} ×{n}" for store, n in columns]
    yield " | ".join([f"{'crash point':{WIDTH}}", *(f"{h:>12}" for h in heads)])
    for point, by_column in cells.items():
        counted = [_cell(by_column.get(c, [])) for c in columns]
        yield " | ".join([f"{point:{WIDTH}}", *(f"{c:>12}" for c in counted)])
    totals = [_cell([r for r in rows if (r.store, r.workers) == c]) for c in columns]
    yield " | ".join([f"{'all':{WIDTH}}", *(f"{c:>12}" for c in totals)])
    yield _sum(rows)
    for row in rows:
        for word in (*row.lost, *row.doubled):
            yield f"  {row.point} ({row.by}, {row.store}, {row.workers} workers): {word}"


def _cell(rows: Sequence[Row]) -> str:
    if not rows:
        return "-"
    reached = sum(r.reached for r in rows)
    lost, doubled = (
        sum(len(x) for x in each) for each in zip(*((r.lost, r.doubled) for r in rows), strict=True)
    )
    return f"{len(rows)} {reached} {lost} {doubled}"


def _sum(rows: Sequence[Row]) -> str:
    lost, doubled = sum(len(r.lost) for r in rows), sum(len(r.doubled) for r in rows)
    ways = {way: sum(r.by == way for r in rows) for way in sorted({r.by for r in rows})}
    return (
        f"{len(rows)} runs ({', '.join(f'{n} by {way}' for way, n in ways.items())}), "
        f"{sum(r.reached for r in rows)} reached their point, {sum(r.died for r in rows)} ends, "
        f"{lost} lost, {doubled} doubled; told again on a channel that cannot be searched: {sum(r.again for r in rows)}"
    )


def bugs_table(caught: Sequence[Caught]) -> Iterator[str]:
    """One line a bug, with the first word of what the suite said of it."""
    for one in caught:
        said = [*one.doubled, *one.lost]
        counts = f"{len(one.lost):3} lost {len(one.doubled):3} doubled"
        yield f"{one.bug:{WIDTH}} | {counts} | {said[0] if said else 'NOT CAUGHT'}"
    seen = sum(bool(c.lost or c.doubled) for c in caught)
    yield f"{len(caught)} bugs planted, {seen} caught"


def soak_table(made: Sequence[Soaked]) -> Iterator[str]:
    """One line a crew; the words of what went wrong below."""
    for s in made:
        took = (
            f"{s.changes} changes, {s.deliveries} deliveries and {s.samples} samples acknowledged"
        )
        gave = f"{s.verdicts} verdicts, {s.messages} messages, {s.edits} edits"
        yield f"{s.crew}: {s.kills} kills {s.killed} in {s.seconds} s; {took}; {gave}"
        again = f"told again on the webhook, which cannot be searched: {s.again}"
        yield f"  {len(s.lost)} lost, {len(s.doubled)} doubled; {again}"
        yield from (f"  {word}" for word in (*s.lost, *s.doubled))
    yield f"{sum(s.kills for s in made)} kills"
