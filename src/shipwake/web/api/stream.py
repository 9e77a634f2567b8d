"""Verdicts as they are written, by server-sent events; resumed without loss by the last id a listener saw."""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response, StreamingResponse

from shipwake.domain import BadInputError
from shipwake.web import shapes
from shipwake.web.access import Scope, needs
from shipwake.web.api.contract import tells
from shipwake.web.api.query import ONLY_KNOWN
from shipwake.web.feed import Feed, Told
from shipwake.web.problem import ProblemError

router = APIRouter(tags=["stream"], dependencies=[ONLY_KNOWN])
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
RETRY = b"retry: 2000\n\n"
BEAT = b": still here\n\n"
PLACE = re.compile(r"[0-9]{1,18}")


@router.get(
    "/api/v1/stream",
    dependencies=[needs(Scope.READ)],
    summary="Verdicts as they are written",
    responses=tells(str, 200, 400, 429, media="text/event-stream"),
)
async def stream(
    request: Request,
    change: Annotated[str, Query(description="Only the verdicts of this change.")] = "",
    last_event_id: Annotated[str, Header(description="Resume after this id.")] = "",
) -> Response:
    """Events named `verdict`, each with a Verdict as its data; from now on, or after `Last-Event-ID`.

    An id may come twice after a reconnection, never out of order. A comment every 15 s shows that the line is open.
    """
    feed = request.app.state.feed
    if not isinstance(feed, Feed):
        raise TypeError("the app was not made by shipwake.web.make")
    if feed.full:
        raise ProblemError(
            429,
            "Too many streams",
            "this process has no more room for streams; try again later",
            headers={"Retry-After": "10"},
        )
    return StreamingResponse(
        _events(feed, _place(last_event_id), change),
        media_type="text/event-stream",
        headers=HEADERS,
    )


async def _events(feed: Feed, after: int | None, change: str) -> AsyncIterator[bytes]:
    yield RETRY
    async for batch in feed.listen(after):
        yield b"".join(_written(batch, change)) or BEAT


def _written(batch: Sequence[Told], change: str) -> list[bytes]:
    return [
        b"id: %d\nevent: verdict\ndata: %s\n\n"
        % (told.seq, msgspec.json.encode(shapes.of(shapes.Verdict, told.verdict)))
        for told in batch
        if change in ("", told.verdict.change)
    ]


def _place(last_event_id: str) -> int | None:
    if not last_event_id:
        return None
    if PLACE.fullmatch(last_event_id):
        return int(last_event_id)
    raise BadInputError(
        f"read {last_event_id[:40]!r}; send the id of the last event you saw, or nothing",
        where="Last-Event-ID",
    )
