"""What people say of a change: read it, add to it; refuses to edit or delete what was said."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from shipwake.domain import NotFoundError
from shipwake.flow import converse
from shipwake.web import shapes
from shipwake.web.access import Scope, needs
from shipwake.web.answer import answer
from shipwake.web.api.contract import sends, tells
from shipwake.web.api.query import ONLY_KNOWN
from shipwake.web.body import Raw
from shipwake.web.deeds import deed
from shipwake.web.json_body import document
from shipwake.web.river import Here
from shipwake.web.saying import speaker

router = APIRouter(tags=["replies"], dependencies=[ONLY_KNOWN])
PATH = "/api/v1/changes/{id:path}/replies"


@router.get(
    PATH,
    dependencies=[needs(Scope.READ)],
    summary="What was said of a change",
    responses=tells(shapes.Replies, 200, 404),
)
def said(river: Here, id: str) -> Response:
    """All replies, oldest first."""
    with river.store.read() as tx:
        if tx.changes.get(id) is None:
            raise NotFoundError(f"there is no change {id!r}; list them at /api/v1/changes")
        found = tx.replies.of(id)
    return answer(shapes.Replies(data=tuple(shapes.of(shapes.Reply, r) for r in found)))


@router.post(
    PATH,
    dependencies=[needs(Scope.CHANGES_WRITE, own=True)],
    summary="Say something of a change",
    status_code=201,
    responses=tells(shapes.Reply, 201, 400, 404, 413),
    openapi_extra=sends(shapes.NewReply),
)
def say(request: Request, river: Here, raw: Raw, id: str) -> Response:
    """Stands beside the verdict, never over it. Without `author` it is the name of the token.

    Whoever signed in through a provider speaks under their own name.
    """
    sent = document(raw, shapes.NewReply)
    author = speaker(request, river, id, sent.author)
    reply = converse(
        river,
        id,
        author=author,
        kind=sent.kind,
        text=sent.text,
        via=sent.via,
        deed=deed(request, f"replied: {sent.kind}", id),
    )
    return answer(shapes.of(shapes.Reply, reply), 201)
