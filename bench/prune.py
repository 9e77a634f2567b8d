"""How long others wait for a commit while what is too old is let go of; hoped for: hardly longer than without."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import numpy as np

from bench.backing import past
from bench.backing.knocking import FIRST_S, knock
from bench.backing.places import backed, kinds
from shipwake.app import compose
from shipwake.config import parse
from shipwake.domain import Heard
from shipwake.flow import River
from shipwake.flow.duties import do, lease_duties, owe
from shipwake.flow.forget import FORGET
from tests.needs import ROOT
from tests.stop.running import SOURCE

SLIS, DELIVERIES = 60, 20_000
"""One-minute SLIs with 200 days of samples, of which 90 are kept, and deliveries of two kilobytes, all too old."""
ALONE_S = 8.0
DELIVERED = b'{"title": "what somebody changed"}' * 60
Waits = list[tuple[float, float]]


def measure(
    slis: int = SLIS,
    deliveries: int = DELIVERIES,
    alone_s: float = ALONE_S,
    only: Sequence[str] = (),
) -> Iterator[str]:
    """The longest wait and the 99th percentile of two writers, one of this process and one of another."""
    for kind in only or kinds():
        with tempfile.TemporaryDirectory() as place, backed(kind, Path(place)) as made:
            for line in _pruned(made.first, slis, deliveries, alone_s):
                yield f"{kind:10} {line}"


def _pruned(address: str, slis: int, deliveries: int, alone_s: float) -> Iterator[str]:
    river = compose(parse(_settings(address, slis), name="prune", environ={}))
    try:
        _fill(river, slis, deliveries)
        stop, here = Event(), list[tuple[float, float]]()
        thread = Thread(target=lambda: here.extend(knock(river.store, "here", stop)))
        with _elsewhere(address) as told:
            thread.start()
            time.sleep(FIRST_S)
            began = time.time()
            time.sleep(alone_s)
            pruning = time.time()
            turns = _prune(river)
            ended = time.time()
            stop.set()
            thread.join()
            there = told()
        left = _left(river)
    finally:
        river.close()
    yield f"let go of what was too old in {ended - pruning:.1f} s, {turns} turns; left: {left}"
    for who, waits in (("same process", here), ("another process", there)):
        yield f"{who}: without {_said(waits, began, pruning)}; with {_said(waits, pruning, ended)}"


def _settings(address: str, slis: int) -> str:
    lines = "\n".join(
        f"  - {{name: s{i}, service: checkout, environment: production, step: 60s, unit: ms}}"
        for i in range(slis)
    )
    return (
        f"database: {address}\nservices: [{{name: checkout}}]\nenvironments: [{{name: production}}]\n"
        f"keep: {{bodies: 30d, samples: 90d}}\nslis:\n{lines}\n"
    )


def _fill(river: River, slis: int, deliveries: int) -> None:
    now = river.clock.now()
    past.samples(river.store, slis, "s")
    for first in range(0, deliveries, 500):
        with river.store.write() as tx:
            for number in range(first, min(first + 500, deliveries)):
                at = now - timedelta(days=31 + number % 100)
                body = b"%d %s" % (number, DELIVERED)
                heard = Heard(kind="plain", source="past", headers={}, body=body, received=at)
                tx.heard.understood(tx.heard.keep(heard, str(number)), 1, "")
    owe(river)


def _prune(river: River) -> int:
    """Do both duties of forgetting until nothing is left of them; how many turns it took."""
    with river.store.write() as tx:
        for what in ("bodies", "samples"):
            tx.duties.owe(FORGET, what, river.clock.now(), asks="now")
    turns = 0
    while duties := lease_duties(river, FORGET, 1):
        do(river, duties[0])
        turns += 1
    return turns


def _left(river: River) -> str:
    with river.store.read() as tx:
        oldest = [first for s in tx.samples.series() if (first := tx.samples.first(s.sli))]
        bodies = len(tx.heard.old(river.clock.now() - timedelta(days=30), 10, 10**6))
    days = max((river.clock.now() - first) / timedelta(days=1) for first in oldest)
    if bodies or days > 91:
        raise AssertionError("not all that was too old is gone")
    return f"{days:.0f} days of samples, {bodies} old deliveries"


def _said(waits: Waits, start: float, end: float) -> str:
    """Of the commits that were open then."""
    took = [took for begun, took in waits if begun + took >= start and begun <= end]
    if len(took) < 20:
        raise AssertionError(f"{len(took)} commits are too few to tell anything")
    high = float(np.quantile(took, 0.99))
    return f"longest {max(took) * 1e3:.0f} ms, 99 % in {high * 1e3:.0f} ms ({len(took)} commits)"


@contextmanager
def _elsewhere(address: str) -> Iterator[Callable[[], Waits]]:
    """Another process that writes there; what is given back ends it and tells its waits."""
    command = [sys.executable, "-m", "bench.backing.knocking", address]
    env = {**os.environ, "PYTHONPATH": f"{SOURCE}{os.pathsep}{ROOT}"}
    with subprocess.Popen(
        command, cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise AssertionError("the other process did not begin")

        def told() -> Waits:
            out, _ = process.communicate("end\n", timeout=60)
            return [(begun, took) for begun, took in json.loads(out)]

        try:
            yield told
        finally:
            process.kill()
