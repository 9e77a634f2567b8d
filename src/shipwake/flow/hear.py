"""Hear a delivery: verify it in memory, keep it raw, answer at once; understanding it is another step's work."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

import structlog

from shipwake.domain import Heard
from shipwake.flow.crash_points import crash_point
from shipwake.flow.river import River
from shipwake.intake import Intake, Receipt, Receipted, RefusedError

log = structlog.get_logger()
SAME_DELIVERY = (":path", "x-github-delivery", "idempotency-key", "x-request-id")
"""Headers that tell two deliveries of equal bytes apart."""
PROMPT_S = 2.0
"""How long a sender waits for the store, twice at most; then it is told to come back."""
OPENS = re.compile(r"authorization|cookie|token|secret|password|api-?key")
"""Names of headers that are never kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender is told: an HTTP status, a title, and what to do about it."""

    status: int
    title: str
    detail: str = ""
    delivery: int | None = None
    receipt: Receipt | None = None
    """What this sender expects to be told instead."""


def hear(
    river: River,
    kind: str,
    source: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    vouched: bool = False,
) -> Answer:
    """Take one delivery. `vouched` says that the sender showed a token, so that no signature is needed."""
    intake = river.hooks.get((kind, source))
    if intake is None:
        known = ", ".join(sorted("/hooks/" + "/".join(filter(None, key)) for key in river.hooks))
        asked = "/hooks/" + "/".join(filter(None, (kind, source)))
        detail = f"Nothing listens at {asked}. Configured: {known}. Add it under hooks: in shipwake.yaml."
        return Answer(status=404, title="No such hook", detail=detail)
    lower = {name.lower(): value for name, value in headers.items()}
    heard = Heard(kind=kind, source=source, headers=lower, body=body, received=river.clock.now())
    if not vouched:
        try:
            intake.verify(heard)
        except RefusedError as refused:
            with river.store.write(within_s=PROMPT_S) as tx:
                tx.heard.count(kind, source, "refused", text=refused.message, at=heard.received)
            river.meters.deliveries.labels(kind, "refused").inc()
            log.warning("refused", kind=kind, source=source, reason=refused.message)
            return Answer(status=401, title="Not verified", detail=refused.message)
    heard = replace(heard, headers=_harmless(lower))
    with river.store.write(within_s=PROMPT_S) as tx:
        delivery = tx.heard.keep(heard, digest(heard))
        crash_point("after a delivery is kept, before it is committed")
    crash_point("after the raw body is committed, before it is answered")
    river.meters.deliveries.labels(kind, "kept").inc()
    river.wake.set()
    log.info("heard", kind=kind, source=source, delivery=delivery, bytes=len(body))
    return Answer(
        status=202,
        title="Heard",
        detail="Kept; it is understood next.",
        delivery=delivery,
        receipt=_receipt(intake, heard),
    )


def _receipt(intake: Intake, heard: Heard) -> Receipt | None:
    return cast("Receipted", intake).receipt(heard) if hasattr(intake, "receipt") else None


def _harmless(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers without those that open something: they were needed to let the delivery in, and for nothing else."""
    return {name: value for name, value in headers.items() if not OPENS.search(name)}


def digest(heard: Heard) -> str:
    """What makes a delivery the same as another: where it came to, its sender's id for it, and its bytes."""
    told = "\n".join(heard.headers.get(name, "") for name in SAME_DELIVERY)
    return hashlib.sha256(told.encode() + b"\n" + heard.body).hexdigest()
