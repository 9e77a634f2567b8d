"""Changes as the API shows them, gathered from what the store keeps apart."""

from typing import Any
from urllib.parse import quote

import msgspec

from shipwake import domain
from shipwake.flow import River
from shipwake.store import Row, Stored, Tx
from shipwake.web import shapes


def row(river: River, kept: Row) -> shapes.Row:
    """One line of the list."""
    values = _facts(river, kept.change) | {
        "mapped": kept.mapped,
        "health": kept.health,
        "sentence": kept.sentence,
        "replies": kept.replies,
    }
    return msgspec.convert(values, shapes.Row, from_attributes=True)


def change(river: River, tx: Tx, kept: Stored) -> shapes.Change:
    """The whole change, with its newest verdict and the newest assessment of each SLI."""
    verdict = tx.verdicts.newest(kept.change.id)
    values = _facts(river, kept.change) | {
        "mapped": kept.mapped,
        "health": kept.health,
        "sentence": verdict.sentence if verdict else "",
        "replies": tx.replies.counts([kept.change.id]).get(kept.change.id, 0),
        "verdict": verdict,
        "assessments": tx.verdicts.assessments(kept.change.id, evidence=False),
    }
    return msgspec.convert(values, shapes.Change, from_attributes=True)


def _facts(river: River, told: domain.Change) -> dict[str, Any]:
    """What the change itself says, and the address of its page."""
    names = (n for n in shapes.Change.__struct_fields__ if hasattr(told, n))
    url = f"{river.config.url.rstrip('/')}/changes/{quote(told.id, safe='')}"
    return {**{n: getattr(told, n) for n in names}, "url": url}
