"""One word for a pipeline: may this revision go on; refuses to call silence good news."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from shipwake.domain import Health
from shipwake.flow import River
from shipwake.store import Stored, Tx
from shipwake.web import shapes
from shipwake.web.access import Scope, needs
from shipwake.web.answer import answer
from shipwake.web.api.contract import tells
from shipwake.web.api.query import ONLY_KNOWN
from shipwake.web.river import Here

router = APIRouter(tags=["gate"], dependencies=[ONLY_KNOWN])
GOOD = (Health.HEALTHY, Health.IMPROVED)


@router.get(
    "/gate",
    dependencies=[needs(Scope.READ)],
    summary="Whether a revision may go on",
    responses=tells(shapes.Gate, 200, 400),
)
def gate(
    river: Here,
    service: Annotated[str, Query(min_length=1, description="Our name of the service.")],
    environment: Annotated[
        str, Query(min_length=1, description="Our name of the environment, or an alias.")
    ],
    revision: Annotated[
        str, Query(description="Whole or short; without it, whatever went live last.")
    ] = "",
) -> Response:
    """Always 200 while it can answer; `ok` is true for healthy and improved, unknown is neither ok nor conclusive."""
    with river.store.read() as tx:
        return answer(shapes.Gate(data=_word(river, tx, service, environment, revision)))


def _word(river: River, tx: Tx, service: str, environment: str, revision: str) -> shapes.Word:
    service = river.config.service_for(service, "") or service
    environment = river.config.environment_for(environment) or environment
    stored = _newest(river, tx, service, environment, revision)
    if stored is None:
        what = f"revision {revision}" if revision else "any change"
        return _unknown(
            "",
            f"nothing was heard of {what} of {service} in {environment}; tell of it at /api/v1/changes",
        )
    verdict = tx.verdicts.newest(stored.change.id)
    if verdict is None:
        return _unknown(stored.change.id, "no look was made at it yet; ask again in a minute")
    return shapes.Word(
        ok=verdict.health in GOOD,
        health=verdict.health,
        conclusive=verdict.health is not Health.UNKNOWN,
        reason=verdict.sentence,
        change=stored.change.id,
    )


def _newest(river: River, tx: Tx, service: str, environment: str, revision: str) -> Stored | None:
    latest = tx.changes.latest(
        service, environment, river.clock.now(), limit=200 if revision else 1
    )
    return next((s for s in latest if s.change.revision.startswith(revision)), None)


def _unknown(change: str, reason: str) -> shapes.Word:
    return shapes.Word(
        ok=False, health=Health.UNKNOWN, conclusive=False, reason=reason, change=change
    )
