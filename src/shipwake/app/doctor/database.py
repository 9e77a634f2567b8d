"""Is the database there, ours, whole, writable, quick, private, and is its clock right; and does anybody work."""

from collections.abc import Iterator
from datetime import timedelta

from shipwake.app.doctor.finding import Finding, bad, hint, well
from shipwake.store import Examined, Store
from shipwake.wire.clock import Clock

ABOUT = "database"
SLOW_S, SKEW_S, LONG_S = 0.05, 2.0, 300.0
LOG = 256_000_000
OLDEST_SERVER = 130_000
LATE = timedelta(minutes=5)


def findings(store: Store, kind: str, patience_s: float) -> Iterator[Finding]:
    """Everything about it."""
    found = store.examine(patience_s)
    if not found.version:
        do = "run: shipwake migrate (shipwake serve does so at its start, too)"
        yield bad(ABOUT, "it has no tables yet", do)
        return
    if not store.fits():
        does = "run: shipwake migrate; where they are newer, run the newer program"
        yield bad(ABOUT, f"its tables are of version {found.version}, not this program's", does)
        return
    speed = f"answers in {found.latency_s * 1000:.1f} ms"
    yield well(ABOUT, f"{kind} {speed}, with tables of version {found.version}")
    if found.latency_s > SLOW_S:
        do = "bring it nearer: a verdict asks it some twenty times"
        yield hint(ABOUT, f"it {speed}", do)
    if found.unwritable:
        do = "see its owner, its disk, and what holds it; shipwake must write to it"
        yield bad(ABOUT, f"it cannot be written ({found.unwritable})", do)
    yield from (_sqlite if kind == "sqlite" else _postgres)(found)


def clock(store: Store, patience_s: float) -> Iterator[Finding]:
    """Is the database's clock ours: leases go by its, looks by ours."""
    found = store.examine(patience_s)
    if abs(found.ahead_s) > SKEW_S:
        does = "set both by NTP: leases go by the database's clock, looks by ours"
        side = "ahead of" if found.ahead_s > 0 else "behind"
        yield bad("clock", f"the database is {abs(found.ahead_s):.1f} s {side} this machine", does)
    else:
        yield well("clock", f"the database's is ours to {abs(found.ahead_s):.2f} s")


def work(store: Store, ours: Clock) -> Iterator[Finding]:
    """Does anybody do what waits."""
    now = ours.now()
    with store.read() as tx:
        queues = tx.queues.now(now)
    late = {n: now - q.oldest for n, q in queues.items() if q.oldest and n != "duties"}
    worst = max(late, key=lambda name: late[name], default="")
    if worst and late[worst] > LATE:
        waited = f"{queues[worst].waiting} {worst} wait, the oldest for {late[worst] // timedelta(minutes=1)} min"
        yield bad(
            "work", waited, "start shipwake serve or shipwake work; where one runs, see its log"
        )
    else:
        yield well("work", "nothing waits for long")


def _sqlite(found: Examined) -> Iterator[Finding]:
    if found.whole is None:
        do = "check a copy: shipwake backup does, at any time"
        yield hint(ABOUT, "it is too large to be read whole in this time", do)
    elif found.whole != "ok":
        do = "stop shipwake and restore a backup (docs/how-to/back-up.md)"
        yield bad(ABOUT, f"it is damaged: {found.whole[:200]}", do)
    if found.journal != "wal":
        do = "run shipwake serve once as a user that may write to its folder"
        yield bad(
            ABOUT, f"its journal is {found.journal}, not WAL, so that readers block writers", do
        )
    if found.mode:
        do = "chmod 600 it, and its -wal and -shm: names and e-mail addresses are in it"
        yield hint(ABOUT, "others on this machine may read it", do)
    if found.log > LOG:
        do = "see which process reads for so long; a backup that hangs does"
        yield hint(ABOUT, f"{found.log / 1e6:.0f} MB beside it cannot be laid in their place", do)


def _postgres(found: Examined) -> Iterator[Finding]:
    if found.server < OLDEST_SERVER:
        yield hint(ABOUT, f"PostgreSQL {found.server // 10_000} is old", "use 13 or newer")
    if found.oldest_s > LONG_S:
        do = "see pg_stat_activity: it keeps old rows from being cleared away"
        yield hint(ABOUT, f"a transaction has been open for {found.oldest_s / 60:.0f} min", do)
