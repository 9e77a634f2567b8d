"""Refusals as Sleuth's clients read them: a sentence as text, or a list of errors; refuses to hint at keys."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from shipwake.web.answer import JSON
from shipwake.web.problem import Problem
from shipwake.web.sleuth.contract import GRAPHQL


def refuse(request: Request, told: Problem, headers: Mapping[str, str]) -> Response:
    """The refusal in Sleuth's form."""
    said = "Unauthorized" if told.status == HTTPStatus.UNAUTHORIZED else told.detail
    if request.scope["path"] == GRAPHQL:
        return Response(errors(said), told.status, dict(headers), media_type=JSON)
    return PlainTextResponse(said, told.status, dict(headers))


def errors(*said: str) -> bytes:
    """A GraphQL answer that holds nothing but what went wrong."""
    return msgspec.json.encode({"data": None, "errors": [{"message": one} for one in said]})
