"""Bugs that a careless change could bring, each planted in a copy of the program: the crash tests must see each."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "shipwake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """What is planted, where, and the run that must see it. Each of `edits` must fit in exactly one place.

    `also` takes a second guard away, in another file, that would hide it.
    """

    name: str
    file: str
    edits: tuple[tuple[str, str], ...]
    point: str
    by: str = "exit"
    workers: int = 2
    also: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """What the run said of it: nothing, where the bug was not seen."""

    bug: str
    point: str
    reached: bool
    lost: tuple[str, ...]
    doubled: tuple[str, ...]


BUGS = (
    Bug(
        name="a verdict is committed before its fence is checked",
        file="flow/end.py",
        edits=(
            (
                """        kept = _kept(river, tx, batch)
        crash_point("after the fences are checked")
        said = _said(river, tx, kept)
""",
                """        kept = [(x, [a for _, a in x.made]) for x in batch if x.made]
        said = _said(river, tx, kept)
    with river.store.write() as tx:
        _kept(river, tx, batch)
        crash_point("after the fences are checked")
""",
            ),
        ),
        point="after the fences are checked",
    ),
    Bug(
        name="a message is sent before the outbox is committed",
        file="flow/end.py",
        edits=(
            (
                """        tx.outbox.put(notice)
""",
                """        tx.outbox.put(notice)
        teller = next(c.teller for c in river.channels if c.name == notice.channel)
        for queued in tx.outbox.of(notice.change):
            if queued.notice == notice:
                tx.outbox.sent(queued, teller.put(notice, queued.ref))
""",
            ),
        ),
        point="after the outbox is written",
    ),
    Bug(
        name="a second try does not look for the first",
        file="flow/tell.py",
        edits=(("queued.attempts > 1:", "queued.attempts > 1_000:"),),
        point="after put, before its ref is stored",
    ),
    Bug(
        name="a delivery counts as understood before its change is joined",
        file="flow/understand.py",
        edits=(
            (
                """        changes = [change for""",
                """        tx.heard.understood(kept.id, events=len(events), text="")
    with river.store.write() as tx:
        changes = [change for""",
            ),
        ),
        point="after the change is merged",
        # A second worker may have begun to read the same delivery, and would join what the first lost.
        workers=1,
    ),
    Bug(
        name="a look that lost its lease is ended all the same",
        file="store/looks.py",
        edits=(("[_identity(x.leased) in held for x in ended]", "[True for x in ended]"),),
        point="before the look is committed",
        by="stall",
        # Else the other threads of a worker keep what one of them stands still with.
        also=("flow/loop.py", "    holding.keep(river)\n", ""),
    ),
    Bug(
        name="a notice that lost its lease is sent all the same",
        file="flow/tell.py",
        edits=(("        if not _ours(river, queued):\n            return\n", ""),),
        # Whoever waits in the lane until the lease is over is held back before that.
        point="after a notice is taken up",
        by="stall",
    ),
    Bug(
        name="a newer revision forgets that the older may have been sent",
        file="store/outbox.py",
        edits=(
            ('"tries": held.attempts if held.ref is None else 0', '"tries": 0'),
            # The looks that the dead one held come free before its notices, so that the newer revision is there first.
            (
                '_fence(queued) | {"long": int(seconds * SECOND)}',
                '_fence(queued) | {"long": int(4 * seconds * SECOND)}',
            ),
        ),
        point="after put, before its ref is stored",
    ),
    Bug(
        name="a description is done before it is committed",
        file="flow/describe.py",
        edits=(
            (
                """    try:
        if stored is not None:
""",
                """    with river.store.write() as tx:
        tx.duties.done(duty)
    try:
        if stored is not None:
""",
            ),
        ),
        point="after a description is joined, before it is committed",
    ),
    Bug(
        name="a back-fill counts a portion before it is kept",
        file="flow/fill.py",
        edits=(
            (
                """            far = _put(tx, far, found, upto, sli)
        crash_point("between portions of a back-fill")
""",
                """            tx.fills.put(replace(far, until=upto))
        crash_point("between portions of a back-fill")
        with river.store.write(patient=True) as tx:
            far = _put(tx, far, found, upto, sli)
""",
            ),
        ),
        point="between portions of a back-fill",
    ),
    Bug(
        name="samples are acknowledged before they are committed",
        file="store/writer.py",
        edits=(
            (
                """        try:
            outcomes = self._written(""",
                """        for one in group:
            one.outcome.set_result([Pushed(stored=len(p.times_s)) for p in one.pushes])
        pause(0.2)
        try:
            outcomes = self._written(""",
            ),
            (
                "one.outcome.set_result([next(taken) for _ in one.pushes])",
                "[next(taken) for _ in one.pushes]",
            ),
        ),
        point="before a group of samples is committed",
    ),
)
QUICK = (
    "a verdict is committed before its fence is checked",
    "a second try does not look for the first",
)
"""Those of the default test run."""


def planted(bugs: Sequence[Bug]) -> Iterator[Caught]:
    """What the crash tests say of each."""
    for bug in bugs:
        with TemporaryDirectory(prefix="shipwake-planted-") as place:
            yield _run(bug, Path(place))


def plant(bug: Bug, place: Path) -> Path:
    """A copy of the program with this bug; raises LookupError where it fits in no place, or in several."""
    shutil.copytree(SOURCE, place / "shipwake", ignore=shutil.ignore_patterns("__pycache__", "lib"))
    for old, new in bug.edits:
        _edit(bug, place / "shipwake" / bug.file, old, new)
    if bug.also:
        name, old, new = bug.also
        _edit(bug, place / "shipwake" / name, old, new)
    return place


def _edit(bug: Bug, file: Path, old: str, new: str) -> None:
    text = file.read_text()
    if text.count(old) != 1:
        message = f"{bug.name}: {file.name} has {text.count(old)} places for it; see planted.py"
        raise LookupError(message)
    file.write_text(text.replace(old, new))


def _run(bug: Bug, place: Path) -> Caught:
    plant(bug, place)
    found = place / "found.json"
    asked = ["--point", bug.point, "--by", bug.by, "--workers", str(bug.workers)]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.crash",
            "points",
            "--store",
            "sqlite",
            *asked,
            "--json",
            found,
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{place}:{ROOT}:{ROOT / 'examples'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if not found.exists():
        message = f"{bug.name}: the run ended with {done.returncode}: {done.stderr[-2000:]}"
        raise RuntimeError(message)
    [row] = json.loads(found.read_text())["points"]
    return Caught(
        bug=bug.name,
        point=bug.point,
        reached=row["reached"],
        lost=tuple(row["lost"]),
        doubled=tuple(row["doubled"]),
    )
