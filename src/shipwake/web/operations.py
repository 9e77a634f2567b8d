"""For whoever runs the server: is it alive, and what has it done."""

from fastapi import APIRouter
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import Response

from shipwake import __version__
from shipwake.web import shapes
from shipwake.web.access import OPEN, Scope, needs
from shipwake.web.answer import answer
from shipwake.web.api.contract import tells
from shipwake.web.river import Counters, Here

router = APIRouter(tags=["operations"])


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
    return answer(
        shapes.Alive(status="ok", version=__version__), headers={"Cache-Control": "no-store"}
    )


@router.get(
    "/metrics",
    dependencies=[needs(Scope.READ)],
    summary="Counters in the text format of Prometheus",
    responses=tells(str, 200, media="text/plain"),
)
def metrics(river: Here, meters: Counters) -> Response:
    """Requests, samples, streams, late looks and unread deliveries of this process and its store."""
    return Response(meters.page(river), headers={"Content-Type": CONTENT_TYPE_LATEST})
