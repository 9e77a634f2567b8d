"""Count what the random kills left: all that was acknowledged is there, and each verdict and message once."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from shipwake.domain import from_epoch
from shipwake.store import Store
from shipwake.wire.clock import SystemClock
from tests.crash.checks import Findings
from tests.crash.load import Load, measured
from tests.crash.stored import Stored

FEWEST_LOOKS = 3


@dataclass
class Counted(Findings):
    """Findings, and how much there was."""

    verdicts: int = 0
    messages: int = 0
    edits: int = 0


def check(database: str, load: Load, record: Mapping[str, Any]) -> Counted:
    """Everything that was acknowledged over HTTP, and what came of it."""
    found, stored = Counted(), Stored(database)
    _changes(found, stored, load)
    _verdicts(found, stored)
    _messages(found, stored, record)
    _samples(found, database, load)
    return found


def _changes(found: Findings, stored: Stored, load: Load) -> None:
    said = {*load.announced, *load.delivered}
    changes = Counter(r.id for r in stored.rows("SELECT id FROM changes"))
    found.lost += [f"change {id}" for id in sorted(said - changes.keys())]
    told = Counter(r[0] for r in stored.rows("SELECT change_id FROM events"))
    found.doubled += [f"event of {id} ×{n}" for id, n in told.items() if n > 1]
    found.lost += [f"event of {id}" for id in sorted(changes.keys() - told.keys())]
    unread = stored.rows("SELECT id, outcome FROM heard WHERE outcome <> 'understood'")
    found.lost += [f"delivery {r.id}, {r.outcome}" for r in unread]


def _verdicts(found: Counted, stored: Stored) -> None:
    """A verdict for each look, numbered from one without a gap, the newest shown by its change."""
    looks, seqs = defaultdict(list), defaultdict(list)
    for row in stored.rows("SELECT change_id, look FROM assessments ORDER BY change_id, look"):
        looks[row.change_id].append(row.look)
    for row in stored.rows("SELECT change_id, seq FROM verdicts ORDER BY global_seq"):
        seqs[row.change_id].append(row.seq)
    found.verdicts = sum(map(len, seqs.values()))
    for change, newest in stored.rows("SELECT id, verdict_seq FROM changes"):
        made, given = looks[change], seqs[change]
        if made != list(range(1, len(made) + 1)) or len(made) < FEWEST_LOOKS:
            found.lost.append(f"looks at {change}: {made}")
        if given != list(range(1, len(given) + 1)) or newest != len(given):
            found.lost.append(f"verdicts on {change}: {given}, shown {newest}")
        if len(given) > len(made):
            found.doubled.append(f"{len(given)} verdicts on {change} from {len(made)} looks")
        if len(given) < len(made):
            found.lost.append(f"{len(made)} looks at {change} made {len(given)} verdicts")


def _messages(found: Counted, stored: Stored, record: Mapping[str, Any]) -> None:
    rows = stored.rows("SELECT key, change_id, revision, post, sent_revision FROM outbox")
    newest = {r.key: r.revision for r in rows}
    found.lost += [
        f"the notice {r.key}: {r.post} at {r.sent_revision} of {r.revision}"
        for r in rows
        if (r.post, r.sent_revision) != ("sent", r.revision)
    ]
    known = stored.rows("SELECT DISTINCT change_id FROM verdicts WHERE health <> 'unknown'")
    told = {r.change_id for r in rows}
    found.lost += [f"a notice of {r[0]}" for r in known if r[0] not in told]
    slack = record["slack"]
    posts = Counter(m["key"] for m in slack["messages"])
    found.messages, found.edits = len(slack["messages"]), len(slack["edits"])
    found.doubled += [f"message {key} ×{n}" for key, n in posts.items() if n > 1]
    found.lost += [f"message {k}" for k in newest if "|team|" in k and k not in posts]
    edits = defaultdict(list)
    for edit in slack["edits"]:
        edits[edit["key"]].append(edit)
    for message in slack["messages"]:
        _chain(found, message, edits[message["key"]], newest)
    hook = record["hook"]
    wanted = [f"{k}#{n}" for k, n in newest.items() if "|hook|" in k]
    found.lost += [f"{key} at the webhook" for key in wanted if key not in hook]
    found.again = sum(n - 1 for n in hook.values())


def _chain(
    found: Findings,
    message: Mapping[str, Any],
    edits: Sequence[Mapping[str, Any]],
    newest: Mapping[str, int],
) -> None:
    key = message["key"]
    found.doubled += [f"an edit of {key} elsewhere" for e in edits if e["ts"] != message["ts"]]
    revisions = [e["revision"] for e in edits]
    found.lost += [f"{key}: {b} after {a}" for a, b in pairwise(revisions) if b < a]
    if message["revision"] != newest.get(key):
        found.lost.append(f"{key} stands at {message['revision']}, not {newest.get(key)}")
    lines = Counter(message["lines"])
    found.doubled += [
        f"the line {n} under {key} ×{times}" for n, times in lines.items() if times > 1
    ]


def _samples(found: Findings, database: str, load: Load) -> None:
    """Every sample that was acknowledged, with its value."""
    with closing(Store.open(database, clock=SystemClock())) as store:
        for sli, seconds in load.measured.items():
            if not seconds:
                found.lost.append(f"every sample of {sli}")
                continue
            start, end = from_epoch(min(seconds)), from_epoch(max(seconds))
            read = store.pushed.read(sli, start, end + timedelta(seconds=1))
            held = dict(
                zip(
                    read.times_s.round().astype(int).tolist(),
                    read.values[:, 0].tolist(),
                    strict=True,
                )
            )
            gone = [s for s in seconds if held.get(s) != measured(sli, s)]
            if gone:
                found.lost.append(f"{len(gone)} of {len(seconds)} samples of {sli}")
