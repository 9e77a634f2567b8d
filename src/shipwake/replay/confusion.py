"""Hold verdicts against the truth of a recording: what was found and how soon, what was called harmful and was not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from shipwake.domain import Health
from shipwake.flow import River
from shipwake.replay.recording import Recording, Truth
from shipwake.store import Stored, Tx

NEAR = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One change of the recording: its truth and what was said of it.

    `found_after` is the time from where the effect shows to the first verdict ailing or unhealthy (improved, for an
    improvement); None where that was never said. `ever_hurt` is whether it was ever called ailing or unhealthy.
    """

    truth: Truth
    change: str
    health: Health | None
    ever_hurt: bool
    ever_improved: bool
    found_after: timedelta | None


def outcomes(recording: Recording, river: River) -> list[Outcome]:
    """One outcome a change of the live part, in order of time."""
    with river.store.read() as tx:
        return [_outcome(tx, truth) for truth in recording.truths]


def _outcome(tx: Tx, truth: Truth) -> Outcome:
    stored = _matching(tx, truth)
    if stored is None:
        return Outcome(
            truth=truth,
            change="",
            health=None,
            ever_hurt=False,
            ever_improved=False,
            found_after=None,
        )
    verdicts = tx.verdicts.of(stored.change.id)
    hurt = [v.at for v in verdicts if v.health.hurts]
    improved = [v.at for v in verdicts if v.health is Health.IMPROVED]
    sought = improved if truth.truth == "improved" else hurt
    return Outcome(
        truth=truth,
        change=stored.change.id,
        health=stored.health,
        ever_hurt=bool(hurt),
        ever_improved=bool(improved),
        found_after=min(sought) - truth.effect_at if sought else None,
    )


def _matching(tx: Tx, truth: Truth) -> Stored | None:
    """The change of this id, else the one of the same revision and service that went live at that time."""
    stored = tx.changes.get(truth.id)
    if stored is not None or not truth.revision:
        return stored
    near = tx.changes.past(
        truth.service, truth.environment, since=truth.at - NEAR, before=truth.at + NEAR
    )
    return next((s for s in near if s.change.revision == truth.revision), None)


def confusion(found: Iterable[Outcome]) -> dict[str, dict[str, int]]:
    """Counts by truth: how many, ever called ailing or unhealthy, ever improved, healthy at the end, no verdict."""
    table: dict[str, dict[str, int]] = {}
    for o in found:
        row = table.setdefault(
            o.truth.truth, dict.fromkeys(("all", "hurt", "improved", "healthy", "unknown"), 0)
        )
        row["all"] += 1
        row["hurt"] += o.ever_hurt
        row["improved"] += o.ever_improved
        row["healthy"] += o.health is Health.HEALTHY
        row["unknown"] += o.health in (None, Health.UNKNOWN)
    return table
