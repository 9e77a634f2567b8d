"""A program that dies at each crash point, once each, and starts again; it prints what came of that as JSON.

It forks itself for every life, so that the price of importing is paid once.
"""

import importlib
import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from shipwake.app import compose
from shipwake.config import parse
from shipwake.domain import Notice, Ref
from shipwake.flow import CRASH_POINTS, Batch, Channel, River, crash_points, hear, push, step
from shipwake.store import Store
from shipwake.wire import log
from shipwake.wire.clock import ManualClock
from tests.flow.town import START

SETTINGS = """
services: [{name: checkout}, {name: mail}]
environments: [{name: production}]
slis:
  - {name: latency, service: checkout, environment: production, step: 60s, better: lower, unit: ms}
  - {name: delay, service: mail, environment: production, step: 60s, better: lower, unit: ms}
watch: {looks: [3, 5], later: []}
"""
HISTORY_MINUTES = 780
LIVE = START + timedelta(minutes=HISTORY_MINUTES)
BODIES = [
    {"id": id, "service": service, "environment": "production", "at": LIVE.isoformat()}
    for id, service in (("c1", "checkout"), ("c2", "mail"))
]
"""Two changes at the same moment, so that their looks are made together."""


@dataclass(frozen=True)
class Notebook:
    """A searchable channel that outlives the process: one line a post or edit."""

    path: Path

    def find(self, key: str) -> Ref | None:
        return Ref(key) if key in self.path.read_text() else None

    def put(self, notice: Notice, ref: Ref | None) -> Ref:
        with self.path.open("a") as lines:
            lines.write(f"{'edit' if ref else 'post'} {notice.key} {notice.revision}\n")
        return Ref(notice.key)


def live(place: Path) -> None:
    """One life: hear the sender once more, take the samples once more, and work until nothing is left."""
    clock = ManualClock(LIVE)
    config = replace(
        parse(SETTINGS, name="town.yaml", environ={}), database=f"sqlite:///{place}/town.db"
    )
    box = Notebook(place / "told")
    river = replace(compose(config, clock=clock), channels=(Channel(name="box", teller=box),))
    with closing(river.store):
        _samples(river)
        for body in BODIES:
            headers = {"idempotency-key": f"delivery-{body['id']}"}
            hear(river, "plain", "", headers, json.dumps(body).encode(), vouched=True)
        for minutes in (0, 3, 5):
            clock.set(LIVE + timedelta(minutes=minutes))
            while step(river):
                pass


def _samples(river: River) -> None:
    """A quiet past, and both twice as high from the changes on."""
    minutes = np.arange(HISTORY_MINUTES + 5, dtype=np.float64)
    values = 100 + 5 * np.sin(minutes * minutes) + 100 * (minutes >= HISTORY_MINUTES)
    times = START.timestamp() + 60 * minutes
    names = ("latency", "delay")
    push(river, [Batch(sli=name, times_s=times, values=values[:, None]) for name in names])


def dies_and_lives_again(point: str, place: Path) -> dict[str, object]:
    """What is left of a life that ended at `point` and one that did not."""
    place.mkdir()
    (place / "told").touch()
    shutil.copy(place.parent / "empty.db", place / "town.db")
    died = _fork(point, place)
    with closing(sqlite3.connect(place / "town.db")) as database:
        # A lease ends by itself after a minute or two.
        database.execute("UPDATE due_looks SET lease_until = 0")
        database.execute("UPDATE outbox SET lease_until = 0")
        database.commit()
    lived = _fork("", place)
    with closing(sqlite3.connect(place / "town.db")) as database:
        looks = database.execute("SELECT sli, look FROM assessments ORDER BY sli, look").fetchall()
        seqs = database.execute("SELECT change_id, seq FROM verdicts ORDER BY 1, 2").fetchall()
        heard = database.execute("SELECT outcome, events FROM heard").fetchall()
    told = (place / "told").read_text().splitlines()
    return {
        "status": [died, lived],
        "looks": looks,
        "seqs": seqs,
        "heard": heard,
        "told": told,
    }


def _fork(point: str, place: Path) -> int:
    child = os.fork()
    if child == 0:
        os.environ["SHIPWAKE_CRASH_POINT"] = point
        importlib.reload(sys.modules[crash_points.__name__])
        try:
            live(place)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    log.configure(json=False, level="error")
    home = Path(sys.argv[1])
    with closing(Store.open(f"sqlite:///{home}/empty.db", clock=ManualClock(LIVE))) as empty:
        empty.migrate()
    found = {
        point: dies_and_lives_again(point, home / str(i)) for i, point in enumerate(CRASH_POINTS)
    }
    json.dump(found, sys.stdout)
