"""What `make crash` does: every crash point, the planted bugs, random kills; one table each, and JSON where asked."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from shipwake.flow import CRASH_POINTS
from tests.crash.lives import Run
from tests.crash.matrix import STORES, WAYS, WORKERS, Plan, Row, all_runs, in_turn, rows
from tests.crash.planted import BUGS, QUICK, planted
from tests.crash.soak import CREWS, Soaked, soak
from tests.crash.table import bugs_table, soak_table, table

KILLS = 70
"""Of each crew, of which there are three."""
SEED = 7
Found = tuple[list[dict[str, Any]], bool, Iterable[str]]
"""What a part found, whether that is as it should be, and how it reads."""


def main(given: Sequence[str] | None = None) -> None:
    """Do the parts that were named, else all; ends with 1 where anything was lost, doubled, missed or not reached."""
    asked = _asked(given)
    found: dict[str, Any] = {}
    good = True
    for part in asked.parts:
        found[part], well, page = PARTS[part](asked)
        good = good and well
        for line in (part, *page, ""):
            print(line, flush=True)  # noqa: T201 - it is a program's page
    if asked.json:
        Path(asked.json).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    sys.exit(0 if good else 1)


def _asked(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make crash ARGS=…", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all")
    parser.add_argument("--point", action="append", metavar="WORDS", help="points with these words")
    parser.add_argument("--store", action="append", choices=STORES)
    parser.add_argument("--by", action="append", choices=(*WAYS, "stall"))
    parser.add_argument("--workers", action="append", type=int, metavar="N")
    parser.add_argument("--in-turn", action="store_true", help="many points in one run")
    parser.add_argument("--bug", action="append", metavar="WORDS", help="bugs with these words")
    parser.add_argument("--quick-bugs", action="store_true", help="those of the default test run")
    parser.add_argument("--crew", action="append", choices=CREWS)
    parser.add_argument("--kills", type=int, default=KILLS, help=f"of each crew; {KILLS}")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", metavar="FILE", help="write what was found there, too")
    asked = parser.parse_args(given)
    asked.parts = asked.parts or list(PARTS)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return asked


def _points(asked: argparse.Namespace) -> Found:
    """Both databases side by side, each in a process of its own."""
    words = asked.point or [""]
    points = [p for p in CRASH_POINTS if any(w in p for w in words)]
    workers, ways = asked.workers or WORKERS, asked.by or (*WAYS, "stall")
    if asked.in_turn:
        runs: tuple[Run, ...] = tuple(
            r for by in ways for n in workers for r in in_turn(points, by, n)
        )
    else:
        runs = all_runs(points, ways, workers)
    plans = [Plan(store, runs) for store in asked.store or STORES]
    lanes = [partial(rows, plan) for plan in plans]
    made = msgspec.convert(_side_by_side(lanes, _progress), list[Row])
    good = all(r.reached == r.asked and not r.lost and not r.doubled for r in made)
    return [asdict(r) for r in made], good, table(made)


def _bugs(asked: argparse.Namespace) -> Found:
    words = asked.bug or ([*QUICK] if asked.quick_bugs else [""])
    caught = list(planted([b for b in BUGS if any(w in b.name for w in words)]))
    good = all(c.lost or c.doubled for c in caught)
    return [asdict(c) for c in caught], good, bugs_table(caught)


def _soak(asked: argparse.Namespace) -> Found:
    crews = asked.crew or list(CREWS)
    lanes = [partial(_soaked, crew, asked) for crew in crews]
    # One after another: each crew has the machine for itself.
    told = [stated for lane in lanes for stated in _side_by_side([lane], lambda _: None)]
    made = msgspec.convert(told, list[Soaked])
    return [asdict(s) for s in made], not any(s.lost or s.doubled for s in made), soak_table(made)


def _soaked(crew: str, asked: argparse.Namespace) -> list[Soaked]:
    return [soak(crew, asked.kills, asked.seed)]


PARTS: dict[str, Callable[[argparse.Namespace], Found]] = {
    "points": _points,
    "bugs": _bugs,
    "soak": _soak,
}


def _side_by_side(
    lanes: Sequence[Callable[[], Iterable[Any]]], progress: Callable[[Any], None]
) -> list[dict[str, Any]]:
    """What these give, each made in a process of its own: whoever forks must have no thread."""
    with TemporaryDirectory(prefix="shipwake-crash-") as place:
        paths = [Path(place) / str(number) for number in range(len(lanes))]
        children = [_lane(do, path, progress) for do, path in zip(lanes, paths, strict=True)]
        ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        if any(ended):
            sys.exit(f"a lane ended with {ended}; what went wrong stands above")
        return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def _lane(do: Callable[[], Iterable[Any]], path: Path, progress: Callable[[Any], None]) -> int:
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        with path.open("w") as lines:
            for made in do():
                lines.write(json.dumps(asdict(made)) + "\n")
                lines.flush()
                progress(made)
        status = 0
    except BaseException:  # noqa: BLE001 - shown, and told by the status
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def _progress(row: Row) -> None:
    missed = "" if row.reached == row.asked else "not reached"
    wrong = "; ".join((*row.lost, *row.doubled)) or missed
    words = f"{row.store}: {row.point}, {row.by}, {row.workers} workers, {row.seconds} s"
    sys.stderr.write(f"{words} {wrong}\n")
    sys.stderr.flush()
