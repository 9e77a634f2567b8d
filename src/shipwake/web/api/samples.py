"""Take pushed samples: each decoded for the SLI it names, whole or not at all; refuses times that cannot be meant."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import Response

from shipwake.domain import BadInputError, Floats, believable, from_epoch, parse_rfc3339, rfc3339
from shipwake.flow import Batch, River, push
from shipwake.web import shapes
from shipwake.web.access import Scope, allow, needs
from shipwake.web.answer import answer
from shipwake.web.api.contract import sends, tells
from shipwake.web.api.query import ONLY_KNOWN
from shipwake.web.body import Raw
from shipwake.web.json_body import decode, no_key_twice
from shipwake.web.river import Counters, Here

router = APIRouter(tags=["samples"], dependencies=[ONLY_KNOWN])
LATE = timedelta(days=366)
"""Samples older than this are a mistake of the sender's clock, or of use to nobody."""
Time = float | str
Number = float | None
KEYS = re.compile(rb'"(?:sli|samples)"\s*:')


class Head(msgspec.Struct, forbid_unknown_fields=True):
    """What was sent for one SLI, its samples not yet decoded."""

    sli: str
    samples: msgspec.Raw


@router.post(
    "/api/v1/samples",
    dependencies=[needs(Scope.SAMPLES_WRITE, own=True)],
    summary="Push samples of one SLI or several",
    responses=tells(shapes.Pushed, 200, 400, 404, 413),
    openapi_extra=sends(shapes.Samples | list[shapes.Samples]),
)
def take(request: Request, river: Here, meters: Counters, raw: Raw) -> Response:
    """Store samples.

    A sample is `[time, value]`, of a ratio `[time, part, total]`. A time is epoch seconds or RFC 3339 with an offset.
    `null` for a number says that there was nothing to measure. The same sample twice has one effect.
    """
    heads = decode(raw, list[Head] | Head)
    listed = isinstance(heads, list)
    if isinstance(heads, Head):
        heads = [heads]
    if b"\\" in raw or len(KEYS.findall(raw)) != 2 * len(heads):
        no_key_twice(raw)
    batches = [_batch(river, h, f"body[{i}]" if listed else "body") for i, h in enumerate(heads)]
    slis = (river.sli(b.sli) for b in batches)
    allow(request, Scope.SAMPLES_WRITE, *(s.service for s in slis if s))
    taken = push(river, batches)
    meters.took(taken.stored, taken.left_out)
    return answer(shapes.Pushed(stored=taken.stored, left_out=taken.left_out))


def _batch(river: River, head: Head, where: str) -> Batch:
    sli = river.sli(head.sli)
    if sli is None:
        # The flow knows the words for it, and the names that are near.
        push(river, [Batch(sli=head.sli, times_s=np.empty(0), values=np.empty((0, 1)))])
    columns = sli.columns if sli else 1
    kind: Any = list[tuple[Time, Number]] if columns == 1 else list[tuple[Time, Number, Number]]
    try:
        rows = decode(head.samples, kind, where=f"{where}.samples")
    except BadInputError as error:
        what = "[time, value]" if columns == 1 else "[time, part, total]"
        raise BadInputError(f"{error.message}. Each sample of {head.sli!r} is {what}") from error
    times = _times(rows, f"{where}.samples")
    _believe(times, river.clock.now(), f"{where}.samples")
    values = np.array([row[1:] for row in rows], dtype=np.float64).reshape(len(rows), columns)
    return Batch(sli=head.sli, times_s=times, values=values)


def _times(rows: Sequence[tuple[Any, ...]], where: str) -> Floats:
    """Epoch seconds of each row."""
    return np.array(
        [
            parse_rfc3339(row[0], where=f"{where}[{i}][0]").timestamp()
            if isinstance(row[0], str)
            else row[0]
            for i, row in enumerate(rows)
        ],
        dtype=np.float64,
    )


def _believe(times_s: Floats, now: datetime, where: str) -> None:
    """Raise BadInputError for the first time that cannot be meant."""
    if not len(times_s):
        return
    for i in (int(times_s.argmin()), int(times_s.argmax())):
        seconds, place = float(times_s[i]), f"{where}[{i}][0]"
        at = _instant(seconds)
        if at is None or not believable(at, now):
            raise BadInputError(
                f"read {seconds:.15g}{f', which is {rfc3339(at)}' if at else ''}; "
                "allowed from 2000-01-01 to a day from now. "
                "Send seconds since 1970-01-01T00:00Z, not milliseconds, or RFC 3339",
                where=place,
            )
        if at < now - LATE:
            raise BadInputError(
                f"read {rfc3339(at)}, which is more than a year ago; samples are of use for {LATE.days} days",
                where=place,
            )


def _instant(seconds: float) -> datetime | None:
    """That time, None where no calendar holds it."""
    with suppress(BadInputError):
        return from_epoch(seconds)
    return None
