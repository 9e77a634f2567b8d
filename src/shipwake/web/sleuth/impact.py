"""Values of a metric impact source become samples of the SLI that its number stands for; refuses to invent an SLI."""

import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from shipwake.domain import Heard, Sli, believable, rfc3339
from shipwake.flow import Batch, River, push
from shipwake.intake import fields_of
from shipwake.web.access import Scope, allow, needs
from shipwake.web.body import Raw
from shipwake.web.problem import ProblemError
from shipwake.web.river import Counters, Here
from shipwake.web.sleuth import names
from shipwake.web.sleuth.contract import SUCCESS, takes
from shipwake.web.sleuth.deploys import KIND

router = APIRouter(tags=["sleuth"], dependencies=[needs(Scope.SAMPLES_WRITE, own=True)])
LATE = timedelta(days=366)
VALUE = {
    "type": "object",
    "required": ["value"],
    "properties": {"value": {"type": ["number", "string"]}, "date": {"type": "string"}},
}


@router.post(
    "/api/1/impact/{id}/register_impact",
    summary="Register a value of a metric as Sleuth's clients do",
    **takes(VALUE),
)
def register_impact(request: Request, river: Here, meters: Counters, raw: Raw, id: str) -> Response:
    """`Success`: a sample of the SLI that the hook's `impacts` names for this number, or whose slug this is.

    There is no limit to how often.
    """
    sli = _sli(river, id)
    allow(request, Scope.SAMPLES_WRITE, sli.service)
    kind = {"content-type": request.headers.get("content-type", "")}
    now = river.clock.now()
    fields = fields_of(Heard(kind=KIND, source="", headers=kind, body=raw, received=now))
    value = _number(fields.get("value"))
    if sli.columns != 1:
        detail = f"{sli.name} is a ratio of two counts; push both to /api/v1/samples"
        raise ProblemError(400, "Bad input", f"Bad Request - {detail}")
    at = _moment(fields.get("date"), now)
    times, values = np.array([at.timestamp()]), np.array([[value]])
    taken = push(river, [Batch(sli=sli.name, times_s=times, values=values)])
    meters.took(taken.stored, taken.left_out)
    return PlainTextResponse(SUCCESS)


def _sli(river: River, number: str) -> Sli:
    hooks = (a for a in river.config.hooks if a.kind == KIND)
    named = next((name for a in hooks if (name := a.settings.get("impacts", {}).get(number))), "")
    found = river.sli(named or names.meant(number, (s.name for s in river.config.slis)))
    if found is None:
        raise ProblemError(404, "Not found", "MetricImpactSource Not Found")
    return found


def _moment(stated: object, now: datetime) -> datetime:
    """The time that was sent, in UTC where it has no zone; now where there is none."""
    if stated is None or stated == "":
        return now
    found = None
    with suppress(ValueError, OverflowError):
        written = datetime.fromisoformat(str(stated).strip())
        found = (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
    if found is None or not now - LATE <= found or not believable(found, now):
        allowed = f"from {rfc3339(now - LATE)} to a day from now"
        detail = f"date: read {str(stated)[:80]!r}; send ISO 8601, {allowed}"
        raise ProblemError(400, "Bad input", detail)
    return found


def _number(stated: object) -> float:
    try:
        found = float(stated) if isinstance(stated, str | int | float) else math.nan
    except (ValueError, OverflowError):
        found = math.nan
    if isinstance(stated, bool) or not math.isfinite(found):
        detail = "Bad Request - impact value must be a number"
        raise ProblemError(400, "Bad input", detail)
    return found
