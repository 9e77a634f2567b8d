"""For whoever runs the server: is it alive, and what has it done."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shipwake import __version__
from shipwake.flow import exposed, unready
from shipwake.web import shapes
from shipwake.web.access import OPEN, Scope, needs
from shipwake.web.answer import answer
from shipwake.web.api.contract import tells
from shipwake.web.problem import ProblemError
from shipwake.web.river import Counters, Here

router = APIRouter(tags=["operations"])
UNKEPT = {"Cache-Control": "no-store"}
UNREADY = 503


@router.head("/healthz", dependencies=[OPEN], include_in_schema=False)
@router.get(
    "/healthz",
    dependencies=[OPEN],
    summary="Whether the server and its store answer",
    responses=tells(shapes.Alive, 200),
)
def healthz(river: Here) -> Response:
    """200 while the store can be read, and nothing else: this is open to all."""
    with river.store.read() as tx:
        tx.looks.next_due()
    return answer(shapes.Alive(status="ok", version=__version__), headers=UNKEPT)


@router.head("/healthz/live", dependencies=[OPEN], include_in_schema=False)
@router.get(
    "/healthz/live",
    dependencies=[OPEN],
    summary="Whether the process answers",
    responses=tells(shapes.Alive, 200),
)
async def live() -> Response:
    """200 for as long as it answers at all: one that does not should be started anew."""
    return answer(shapes.Alive(status="ok", version=__version__), headers=UNKEPT)


@router.head("/healthz/ready", dependencies=[OPEN], include_in_schema=False)
@router.get(
    "/healthz/ready",
    dependencies=[OPEN],
    summary="Whether the process can do its work",
    responses=tells(shapes.Alive, 200, 503),
)
def ready(river: Here) -> Response:
    """503 with the reason while the database does not answer, has other tables, or the loop stands still."""
    if why := unready(river):
        raise ProblemError(UNREADY, "Not ready", why, headers={**UNKEPT, "Retry-After": "5"})
    return answer(shapes.Alive(status="ok", version=__version__), headers=UNKEPT)


@router.get(
    "/metrics",
    dependencies=[needs(Scope.READ)],
    summary="Counters in the text format of Prometheus",
    responses=tells(str, 200, media="text/plain"),
)
def metrics(request: Request, river: Here, meters: Counters) -> Response:
    """What this process did, and what waits in the database; as OpenMetrics where that is asked for."""
    page = exposed(river, request.headers.get("accept", ""), __version__, meters)
    return Response(page.body, headers={"Content-Type": page.media})
