"""Where senders deliver: the raw bytes go to the flow, which verifies, keeps and answers; it understands nothing."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from shipwake.flow import River, hear
from shipwake.web import shapes
from shipwake.web.access import OPEN, Caller, Scope
from shipwake.web.answer import answer
from shipwake.web.api.contract import sends, tells
from shipwake.web.body import Raw
from shipwake.web.problem import problem, respond
from shipwake.web.river import Here

router = APIRouter(tags=["hooks"])
CONTRACT: dict[str, Any] = {
    "dependencies": [OPEN],
    "status_code": 202,
    "responses": tells(shapes.Heard, 202, 400, 401, 404, 413),
    "openapi_extra": sends(dict),
}


@router.post("/hooks/{kind}", summary="Deliver to the only sender of a kind", **CONTRACT)
def deliver(request: Request, river: Here, raw: Raw, kind: str) -> Response:
    """Verified by the sender's own signature, or by a token with `changes:write`; answered before it is understood."""
    return _heard(request, river, kind, "", raw)


@router.post(
    "/hooks/{kind}/{source}", summary="Deliver to a sender by its configured name", **CONTRACT
)
def deliver_to(request: Request, river: Here, raw: Raw, kind: str, source: str) -> Response:
    """The same for one of several senders of a kind."""
    return _heard(request, river, kind, source, raw)


def _heard(request: Request, river: River, kind: str, source: str, raw: bytes) -> Response:
    headers = {**request.headers, ":path": request.url.path}
    told = hear(river, kind, source, headers, raw, vouched=_vouched(request, river, kind, source))
    if told.receipt is not None:
        receipt = told.receipt
        return Response(receipt.body, receipt.status, media_type=receipt.media_type)
    if told.status < HTTPStatus.BAD_REQUEST:
        return answer(shapes.of(shapes.Heard, told), told.status)
    return respond(request, problem(told.status, told.title, told.detail))


def _vouched(request: Request, river: River, kind: str, source: str) -> bool:
    """Whether a token stands for the delivery; on loopback without tokens, only where no secret could be asked for."""
    caller = request.scope["state"].get("caller")
    if not isinstance(caller, Caller) or not caller.may(Scope.CHANGES_WRITE):
        # A scope for some services is not enough: of which ones it tells is understood later.
        return False
    if caller.via == "token":
        return True
    return caller.via == "loopback" and not _has_secret(river, kind, source)


def _has_secret(river: River, kind: str, source: str) -> bool:
    adapters = (a for a in river.config.hooks if a.kind == kind and source in (a.name, ""))
    return any(a.secrets for a in adapters)
