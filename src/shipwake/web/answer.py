"""Values as JSON responses, with an ETag where they can be asked for again."""

import hashlib
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"


def answer(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`value` (a Struct of web.shapes, or plain values) as JSON."""
    return Response(msgspec.json.encode(value), status, headers, media_type=JSON)


def tagged(request: Request, value: object) -> Response:
    """The same with an ETag of its bytes; 304 where the asker holds them already."""
    encoded = msgspec.json.encode(value)
    tag = f'"{hashlib.sha256(encoded).hexdigest()[:32]}"'
    held = {
        t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")
    }
    if tag in held or "*" in held:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    return Response(encoded, headers={"ETag": tag}, media_type=JSON)
