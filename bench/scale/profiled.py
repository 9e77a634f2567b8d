"""Where the time of each stage goes, from a profile of the product's own functions in one thread of one process."""

import cProfile
import pstats
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from bench.scale.company import Watched, settings, watch
from bench.scale.databases import SQLITE, Databases
from bench.scale.looks import filled
from bench.scale.settings import Settings
from bench.scale.stored import stored
from shipwake.app import compose
from shipwake.config import parse
from shipwake.flow import River, announce, lease, look
from shipwake.intake import plain_event
from shipwake.store import Filter, push_of
from shipwake.wire.clock import SystemClock

CHANGES = 4
TIMES = 200
Parts = dict[str, tuple[str, str]]
"""By what is shown: the end of a file's name and a function in it, whose time includes what it calls."""
LOOKS: Parts = {
    "learn a normal": ("judge/learn.py", "learn"),
    "judge the samples": ("flow/later.py", "held_against"),
    "read samples": ("store/samples.py", "read"),
    "end the looks (assessments, verdict, next look)": ("flow/end.py", "end"),
    "lease": ("flow/look.py", "lease"),
}
HEARD: Parts = {
    "commit": ("sqlalchemy/engine/default.py", "do_commit"),
    "merge and save the change": ("store/changes.py", "save"),
    "open the watch": ("flow/watch.py", "open_watch"),
    "find what it belongs to": ("flow/join.py", "_known"),
}
PUSHED: Parts = {
    "commit": ("sqlalchemy/engine/default.py", "do_commit"),
    "read, lay over and write chunks": ("store/chunks.py", "write"),
    "check measurements": ("store/measurements.py", "admit"),
}
LISTED: Parts = {
    "tally by health": ("store/page.py", "tally"),
    "rows of the page": ("store/page.py", "_rows"),
    "services and environments": ("store/changes.py", "services"),
}


def measure(wanted: Settings, databases: Databases, _place: Path) -> Iterator[dict[str, Any]]:
    """Shares of the whole, by part."""
    fill = partial(filled, services=wanted.services)
    with databases.copy(SQLITE, "samples", fill) as url:
        hour_ago = datetime.now(UTC) - timedelta(minutes=58)
        watch(
            url,
            Watched(
                prefix="w",
                count=CHANGES,
                since=hour_ago,
                rate=0,
                services=wanted.services,
            ),
        )
        river = _river(wanted, url)
        yield from _shares("looks that learn", LOOKS, partial(_look, river, 1))
        yield from _shares("looks that know", LOOKS, partial(_look, river, 6))
        yield from _shares("changes heard", HEARD, partial(_announce, river))
        yield from _shares("samples pushed", PUSHED, partial(_push, river))
        river.close()
    count = max(wanted.stored)
    fill = partial(stored, services=wanted.services, count=count)
    with databases.copy(SQLITE, f"stored-{count}", fill) as url:
        river = _river(wanted, url)
        yield from _shares(f"the list of {count:,}", LISTED, partial(_list, river))
        river.close()


def _river(wanted: Settings, url: str) -> River:
    environ = {"SHIPWAKE_DATABASE": url}
    return compose(parse(settings(wanted.services), name="profile.yaml", environ=environ))


def _look(river: River, times: int) -> int:
    made = 0
    for _ in range(times):
        groups = lease(river)
        look(river, groups)
        made += sum(len(g.rows) for g in groups)
    return made


def _announce(river: River) -> int:
    at = SystemClock().now()
    for number in range(TIMES):
        stated = {
            "id": f"p{number}",
            "service": f"s{number % 3}",
            "environment": "production",
            "revision": f"{number}",
            "at": at.isoformat(),
        }
        announce(river, plain_event(msgspec.to_builtins(stated), received=at))
    return TIMES


def _push(river: River) -> int:
    at = time.time() // 60 * 60 - 14 * 86_400
    slis = [s.name for s in islice((s for s in river.config.slis if s.columns == 1), 100)]
    for number in range(TIMES // 4):
        pushes = [push_of(name, 60, 1, [at + 60 * number], [5.0]) for name in slis]
        with river.store.write() as tx:
            tx.samples.push_all(pushes)
    return TIMES // 4 * len(slis)


def _list(river: River) -> int:
    for _ in range(10):
        with river.store.read() as tx:
            tx.changes.page(Filter(), None, 50)
            tx.changes.services()
    return 10


def _shares(stage: str, parts: Parts, work: Callable[[], int]) -> Iterator[dict[str, Any]]:
    begun = time.perf_counter()
    profile = cProfile.Profile(builtins=False)
    done = profile.runcall(work)
    spent = time.perf_counter() - begun
    stats = pstats.Stats(profile)
    total = stats.total_tt  # type: ignore[attr-defined]
    left = 1.0
    for part, (file, function) in parts.items():
        share = _cumulative(stats, file, function) / total
        left -= share
        yield {"stage": stage, "part": part, "share": share}
    yield {"stage": stage, "part": "everything else", "share": left}
    yield {"stage": stage, "part": "", "done": done, "spent_s": spent}


def _cumulative(stats: pstats.Stats, file: str, function: str) -> float:
    found = stats.stats.items()  # type: ignore[attr-defined]
    return sum(
        float(facts[3])
        for (name, _, called), facts in found
        if called == function and name.endswith(file)
    )
