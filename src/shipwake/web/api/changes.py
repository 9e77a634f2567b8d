"""Changes: tell of one, list them, read one with its verdicts; refuses to make up what was not told."""

import re
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from shipwake.domain import ChangeKind, Health, NotFoundError, parse_rfc3339
from shipwake.flow import announce, touched
from shipwake.intake import plain_event
from shipwake.store import Filter, Stored, Tx
from shipwake.web import shapes, shown
from shipwake.web.access import Scope, allow, needs
from shipwake.web.answer import answer, tagged
from shipwake.web.api.contract import sends, tells
from shipwake.web.api.query import ONLY_KNOWN
from shipwake.web.body import Raw
from shipwake.web.json_body import document
from shipwake.web.river import Here

router = APIRouter(tags=["changes"], dependencies=[ONLY_KNOWN])
Time = Annotated[
    str, Query(json_schema_extra={"format": "date-time"}, description="RFC 3339 with an offset.")
]
MOST = 200
LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")
"""A plus sign in an address that was not encoded arrives as a space."""


EXAMPLE = {
    "id": "deploy-412",
    "service": "checkout",
    "environment": "production",
    "revision": "3f1c2ab",
    "title": "Cheaper carts",
    "authors": ["alice@example.com"],
}


@router.post(
    "/api/v1/changes",
    dependencies=[needs(Scope.CHANGES_WRITE, own=True)],
    summary="Tell of a change",
    status_code=201,
    responses=tells(shapes.Change, 200, 201, 400, 413),
    openapi_extra=sends(shapes.NewChange, example=EXAMPLE),
)
def tell(request: Request, river: Here, raw: Raw) -> Response:
    """201 with the change, or 200 where its `id` was known: then what is told is added to it.

    A change of a service or environment that is not configured is kept, and judged once it is mapped.
    """
    event = plain_event(document(raw, object), received=river.clock.now())
    with river.store.read() as tx:
        allow(request, Scope.CHANGES_WRITE, *touched(river, tx, event))
        new = not event.facts.id or tx.changes.get(event.facts.id) is None
    told = announce(river, event)
    with river.store.read() as tx:
        body = shown.change(river, tx, known(tx, told.id))
    return answer(
        body, 201 if new else 200, {"Location": f"/api/v1/changes/{quote(told.id, safe='')}"}
    )


@router.get(
    "/api/v1/changes",
    dependencies=[needs(Scope.READ)],
    summary="Changes, newest first",
    responses=tells(shapes.Changes, 200, 400),
)
def listed(
    *,
    river: Here,
    service: Annotated[str, Query(description="Our name of the service.")] = "",
    environment: Annotated[str, Query(description="Our name of the environment.")] = "",
    kind: ChangeKind | None = None,
    health: Health | None = None,
    author: Annotated[str, Query(description="E-mail, login or name.")] = "",
    since: Time = "",
    until: Time = "",
    q: Annotated[
        str, Query(description="Words in title, author, service, revision or sentence.")
    ] = "",
    cursor: Annotated[str, Query(description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> Response:
    """One page; the filters hold together. `counts` says how many changes of the filter have each health."""
    wanted = Filter(
        service=service,
        environment=environment,
        kind=kind,
        health=health,
        author=author,
        since=_time(since, "since"),
        until=_time(until, "until"),
        text=q,
    )
    with river.store.read() as tx:
        page = tx.changes.page(wanted, cursor, limit)
    rows = tuple(shown.row(river, r) for r in page.rows)
    return answer(
        shapes.Changes(
            data=rows,
            next=page.next,
            counts=page.counts,
            unjudged=page.unjudged,
            capped=page.capped,
        )
    )


@router.get(
    "/api/v1/changes/{id:path}/verdicts",
    dependencies=[needs(Scope.READ)],
    summary="Every verdict of a change",
    responses=tells(shapes.Verdicts, 200, 404),
)
def verdicts(river: Here, id: str) -> Response:
    """Oldest first; a verdict is appended, never edited."""
    with river.store.read() as tx:
        known(tx, id)
        found = tx.verdicts.of(id)
    return answer(shapes.Verdicts(data=tuple(shapes.of(shapes.Verdict, v) for v in found)))


@router.get(
    "/api/v1/changes/{id:path}",
    dependencies=[needs(Scope.READ)],
    summary="One change",
    responses=tells(shapes.Change, 200, 404),
)
def one(request: Request, river: Here, id: str) -> Response:
    """With its newest verdict and the newest assessment of each SLI; has an ETag."""
    with river.store.read() as tx:
        return tagged(request, shown.change(river, tx, known(tx, id)))


def known(tx: Tx, change_id: str) -> Stored:
    """The change of that id; raises NotFoundError."""
    stored = tx.changes.get(change_id)
    if stored is None:
        raise NotFoundError(f"there is no change {change_id!r}; list them at /api/v1/changes")
    return stored


def _time(read: str, where: str) -> datetime | None:
    return parse_rfc3339(LOST_PLUS.sub(r"+\1", read), where=where) if read else None
