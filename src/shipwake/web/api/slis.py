"""What is measured: the configured SLIs, and when a pushed one last arrived."""

from fastapi import APIRouter
from starlette.responses import Response

from shipwake import domain
from shipwake.domain import NotFoundError
from shipwake.store import Tx
from shipwake.web import shapes
from shipwake.web.access import Scope, needs
from shipwake.web.answer import answer
from shipwake.web.api.contract import tells
from shipwake.web.api.names import nearest
from shipwake.web.api.query import ONLY_KNOWN
from shipwake.web.river import Here

router = APIRouter(tags=["slis"], dependencies=[ONLY_KNOWN])


@router.get(
    "/api/v1/slis",
    dependencies=[needs(Scope.READ)],
    summary="All SLIs",
    responses=tells(shapes.Slis, 200),
)
def slis(river: Here) -> Response:
    """In the order of the configuration."""
    with river.store.read() as tx:
        found = tuple(_shown(tx, sli) for sli in river.config.slis)
    return answer(shapes.Slis(data=found))


@router.get(
    "/api/v1/slis/{name:path}",
    dependencies=[needs(Scope.READ)],
    summary="One SLI",
    responses=tells(shapes.Sli, 200, 404),
)
def one(river: Here, name: str) -> Response:
    """By its name, percent-encoded."""
    sli = river.sli(name)
    if sli is None:
        near = nearest(name, [s.name for s in river.config.slis])
        raise NotFoundError(f"there is no SLI {name!r}; {near}. All are at /api/v1/slis")
    with river.store.read() as tx:
        return answer(_shown(tx, sli))


def _shown(tx: Tx, sli: domain.Sli) -> shapes.Sli:
    return shapes.Sli(
        name=sli.name,
        service=sli.service,
        environment=sli.environment,
        kind=sli.kind,
        source=sli.source,
        step_s=sli.step.total_seconds() if sli.step else None,
        better=sli.better,
        unit=sli.unit,
        objective=sli.objective,
        required=sli.required,
        last_sample_at=tx.samples.last(sli.name),
    )
