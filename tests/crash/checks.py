"""Hold what a run left against what was said: every event, change, look, verdict and message, and each of them once."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from shipwake.domain import Slot, from_epoch
from shipwake.store import Store
from shipwake.store.migrate import HEAD
from shipwake.wire.clock import SystemClock
from tests.crash.outside import drawn
from tests.crash.stored import Stored
from tests.crash.town import AFTER, CHANGES, LINK, LOOKS, OLD, PAST, PUSHED, Town, batches

AT_LEAST_ONCE = ("hook",)
"""Channels that cannot be searched."""
RECIPIENTS = {"c1": "alice@example.com", "c2": "alice@example.com", "c3": "bob@example.com"}


@dataclass
class Findings:
    """What was lost and what was done twice, in words; `again` counts what a channel without `find` heard twice."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    again: int = 0

    def counted(self, what: str, expected: Collection[Any], found: Sequence[Any]) -> None:
        """Each of `expected` must be there once, and nothing else."""
        counts = Counter(found)
        self.lost += [f"{what} {x}" for x in expected if not counts[x]]
        self.doubled += [f"{what} {x} ×{n}" for x, n in counts.items() if n > 1]
        self.doubled += [f"{what} {x}, which nobody asked for" for x in counts.keys() - {*expected}]


def check(
    town: Town, stored: Stored, record: Mapping[str, Any], place: Path, *, forgotten: bool
) -> Findings:
    """Everything that can be lost or doubled; `forgotten` says that what is old must be gone."""
    found = Findings()
    _said(found, stored)
    _judged(found, stored)
    _told(found, stored, record, (place / "told").read_text().splitlines())
    with closing(Store.open(stored.url, clock=SystemClock())) as store:
        _measured(found, town, store)
        if store.version() != HEAD:
            found.lost.append(f"the version of the tables: {store.version()}")
    if forgotten:
        _forgotten(found, town, stored)
    return found


def _said(found: Findings, stored: Stored) -> None:
    """Deliveries, events and changes."""
    heard = stored.rows("SELECT outcome, events FROM heard WHERE text <> 'long ago'")
    found.counted("delivery", range(3), range(len(heard)))
    found.lost += [f"a delivery that ended {r.outcome}" for r in heard if r.outcome != "understood"]
    events = [
        f"{r.source} {r.change_id}" for r in stored.rows("SELECT source, change_id FROM events")
    ]
    found.counted("event", ["plain c1", "plain c2", "api c3", "plain c4", "lookup c1"], events)
    changes = [r.id for r in stored.rows("SELECT id FROM changes WHERE merged_into IS NULL")]
    found.counted("change", CHANGES, changes)
    described = stored.rows("SELECT body FROM changes WHERE id = 'c1'")
    if not described or described[0].body.count(LINK.url) != 1:
        found.lost.append("what the code host knew of c1")


def _judged(found: Findings, stored: Stored) -> None:
    """Looks and verdicts: of each look an assessment and a verdict, numbered without a gap."""
    looks = [
        (r[0], r[1], r[2]) for r in stored.rows("SELECT change_id, sli, look FROM assessments")
    ]
    wanted = [(change, sli, look) for change, sli in CHANGES.items() for look in _numbers(change)]
    found.counted("look", wanted, looks)
    seqs = [(r[0], r[1]) for r in stored.rows("SELECT change_id, seq FROM verdicts")]
    found.counted("verdict", [(change, n) for change in CHANGES for n in _numbers(change)], seqs)
    shown = {r[0]: r[1] for r in stored.rows("SELECT id, verdict_seq FROM changes")}
    found.lost += [f"the newest verdict on {c}" for c in CHANGES if shown.get(c) != LOOKS[c]]
    unknown = stored.rows("SELECT change_id, look FROM assessments WHERE health = 'unknown'")
    found.lost += [f"the samples of look {r.look} at {r.change_id}" for r in unknown]


def _numbers(change: str) -> range:
    return range(1, LOOKS[change] + 1)


def _told(found: Findings, stored: Stored, record: Mapping[str, Any], box: Sequence[str]) -> None:
    """Messages: one a key, edited in place by ever newer revisions, and the newest there at the end."""
    rows = stored.rows("SELECT key, revision, post, sent_revision, ref, attempts FROM outbox")
    keys = list(_keys())
    found.counted("notice", keys, [r.key for r in rows])
    for row in rows:
        if (row.post, row.sent_revision, row.attempts) != ("sent", row.revision, 0) or not row.ref:
            found.lost.append(f"the notice {row.key}: {row.post} at {row.sent_revision}")
    newest = {r.key: r.revision for r in rows}
    slack = [key for key in keys if key.split("|")[1] in ("team", "direct")]
    messages = record["slack"]["messages"]
    found.counted("message", slack, [m["key"] for m in messages])
    found.lost += [f"a rule of Slack's: {rule}" for rule in record["slack"]["broken"]]
    for message in messages:
        _edited(found, message, record["slack"]["edits"], newest)
    _boxed(found, box, [k for k in keys if "|box|" in k], newest)
    hook = {k: n for k, n in newest.items() if k.split("|")[1] in AT_LEAST_ONCE}
    found.lost += [
        f"{k}#{n} at the webhook" for k, n in hook.items() if f"{k}#{n}" not in record["hook"]
    ]
    found.again += sum(n - 1 for n in record["hook"].values())


def _keys() -> Iterator[str]:
    for change in CHANGES:
        who = RECIPIENTS.get(change, "alice@example.com")
        yield from (f"{change}|{channel}|" for channel in ("team", "box"))
        yield from (f"{change}|{channel}|{who}" for channel in ("direct", "hook"))


def _edited(
    found: Findings,
    message: Mapping[str, Any],
    edits: Sequence[Mapping[str, Any]],
    newest: Mapping[str, int],
) -> None:
    """The chain of one message: every edit of its key goes to it, no older revision after a newer one."""
    key = message["key"]
    chain = [e for e in edits if e["key"] == key]
    found.doubled += [f"an edit of {key} elsewhere" for e in chain if e["ts"] != message["ts"]]
    revisions = [e["revision"] for e in chain]
    found.lost += [f"{key}: {b} after {a}" for a, b in pairwise(revisions) if b < a]
    if message["revision"] != newest.get(key):
        found.lost.append(f"{key} stands at {message['revision']}, not {newest.get(key)}")
    twice = [n for n, times in Counter(message["lines"]).items() if times > 1]
    found.doubled += [f"the line {n} in the thread of {key}" for n in twice]


def _boxed(
    found: Findings, box: Sequence[str], keys: Sequence[str], newest: Mapping[str, int]
) -> None:
    said = [line.split(" ") for line in box]
    found.counted("post", keys, [key for what, key, _ in said if what == "post"])
    for key in keys:
        revisions = [int(n) for _, k, n in said if k == key]
        if revisions != sorted(revisions) or revisions[-1:] != [newest.get(key)]:
            found.lost.append(f"{key} was told as {revisions}")


def _measured(found: Findings, town: Town, store: Store) -> None:
    """Every sample that was acknowledged, and all of the past that was asked for, without a hole."""
    minute = timedelta(minutes=1)
    start, end = town.live - PAST * minute, town.live + AFTER * minute
    for batch in batches(town.live, range(PAST + AFTER)):
        read = store.pushed.read(batch.sli, start, end)
        if not np.array_equal(read.values, batch.values):
            found.lost.append(f"samples of {batch.sli}")
    with store.read() as tx:
        fill = tx.fills.get("pages")
    if fill is None or fill.until < town.live:
        found.lost.append("the back-fill")
        return
    read = store.pushed.read(fill.series, fill.start, fill.until)
    expected = np.array([drawn(t) for t in read.times_s])
    missing = int((read.states != Slot.VALUE).sum())
    if missing or np.abs(read.values[:, 0] - expected).max() > 1e-5:
        found.lost.append(f"{missing} samples of the back-fill")
    if fill.values != len(read):
        found.doubled.append(f"{fill.values} values counted of {len(read)} back-filled")


def _forgotten(found: Findings, town: Town, stored: Stored) -> None:
    """What is old is gone, and nothing else: that is what the other checks see."""
    old = stored.rows("SELECT id FROM heard WHERE text = 'long ago'")
    found.lost += [f"that delivery {r.id} was to be forgotten" for r in old]
    with closing(Store.open(stored.url, clock=SystemClock())) as store:
        first = store.pushed.read("latency", town.live - OLD, town.live - OLD / 2)
    if first.present.any():
        found.lost.append(f"that samples before {from_epoch(first.t0_s)} were to be forgotten")


__all__ = ["PUSHED", "Findings", "check"]
