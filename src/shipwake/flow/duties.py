"""What is owed beside looks and words, and who does it: back-fills, descriptions of changes, polls, forgetting."""

from collections.abc import Callable
from datetime import timedelta

from shipwake.flow.crash_points import crash_point
from shipwake.flow.describe import describe
from shipwake.flow.fill import FILL, fill
from shipwake.flow.forget import FORGET, asked, forget
from shipwake.flow.kept import Kept
from shipwake.flow.poll import poll
from shipwake.flow.river import DESCRIBE, River
from shipwake.store import Duty

POLL = "poll"
SOON = timedelta(minutes=10)
"""After the start: what is due then goes first."""


DOES: dict[str, Callable[[River, Duty], None]] = {
    FILL: fill,
    DESCRIBE: describe,
    POLL: poll,
    FORGET: forget,
}
"""By kind."""


def owe(river: River) -> None:
    """Note what this configuration asks for; what is owed already stays as it is."""
    now = river.clock.now()
    with river.store.write() as tx:
        for what, length in asked(river).items():
            tx.duties.owe(FORGET, what, now + SOON, asks=length)
        for sli in river.config.slis:
            kept = river.sources.get(sli.source)
            if isinstance(kept, Kept):
                tx.duties.owe(FILL, sli.name, now, asks=kept.asks(sli))
        for repository in river.repositories if river.polled else ():
            tx.duties.owe(POLL, repository, now, asks=str(river.polled_every))


def lease_duties(river: River, kind: str, limit: int) -> list[Duty]:
    """Take duties of one kind that are due, for this worker alone."""
    with river.store.write() as tx:
        leased = tx.duties.lease(
            river.clock.now(), kind, limit, river.worker, river.leases.duties_s
        )
    if leased:
        crash_point("after a duty's lease")
    return leased


def do(river: River, duty: Duty) -> None:
    """Do one duty; its own errors end it with a reason, others leave it to the end of its lease."""
    DOES[duty.kind](river, duty)
