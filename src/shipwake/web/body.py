"""Request bodies: read once, never beyond the limit, unpacked within bounds; nothing is kept of what is refused."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from shipwake.domain import BadInputError
from shipwake.web.crowd import BODY_S, Crowd, Place
from shipwake.web.problem import ProblemError
from shipwake.wire.packing import unpack

LONGEST_FORM = 64 * 1024
MOST_FIELDS = 100
FORM = "application/x-www-form-urlencoded"


async def read(request: Request, limit: int) -> bytes:
    """The body as sent, at most `limit` bytes; a second call answers from the first."""
    held = request.scope["state"].get("body")
    if isinstance(held, bytes):
        return held
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > limit:
        raise _too_large(told, limit)
    try:
        async with asyncio.timeout(BODY_S):
            whole = await _whole(request, limit)
    except TimeoutError:
        detail = f"the body did not come whole within {BODY_S:.0f} s; send it again, in parts"
        raise ProblemError(408, "Too slow", detail, headers={"Connection": "close"}) from None
    request.scope["state"]["body"] = whole
    return whole


async def _whole(request: Request, limit: int) -> bytes:
    place = request.scope["state"].get("place")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_large(f"more than {limit}", limit)
        if isinstance(place, Place):
            place.grow(len(part))
        parts.append(part)
    return b"".join(parts)


def _too_large(read_bytes: str, limit: int) -> ProblemError:
    detail = (
        f"the body has {read_bytes} bytes; at most {limit} are taken. Send it in parts, "
        "or raise max_body in shipwake.yaml"
    )
    return ProblemError(413, "Body too large", detail, headers={"Connection": "close"})


async def fields(request: Request) -> dict[str, str]:
    """The fields of a form, the last of each name; empty where the body is no form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return {}
    raw = await read(request, LONGEST_FORM)
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise BadInputError(
            f"the form cannot be read ({error}); send {FORM} in UTF-8 with at most {MOST_FIELDS} fields",
            where="body",
        ) from error
    return dict(pairs)


Fields = Annotated[dict[str, str], Depends(fields)]
"""For a route's parameter: the fields of the form that was sent."""


async def raw_body(request: Request) -> bytes:
    """The body, at most `max_body` bytes as sent and as unpacked."""
    limit = request.app.state.river.config.max_body
    sent = await read(request, limit)
    encoding = request.headers.get("content-encoding", "")
    return await run_in_threadpool(unpack, sent, encoding, limit) if encoding else sent


async def _in_turn(request: Request) -> AsyncIterator[bytes]:
    """The body, when it is this request's turn to write; the turn ends with the answer."""
    body = await raw_body(request)
    crowd = request.app.state.crowd
    if not isinstance(crowd, Crowd):
        raise TypeError("the app was not made by shipwake.web.make")
    async with crowd.turn(request.scope["path"]):
        yield body


Raw = Annotated[bytes, Depends(_in_turn)]
"""For a route's parameter: the body as bytes, unpacked."""
