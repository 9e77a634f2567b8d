"""Every refusal as application/problem+json, or as a readable page for a browser; refuses to show a stack trace."""

import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shipwake.domain import BadInputError, NotFoundError, ShipwakeError
from shipwake.store import (
    BusyError,
    DamagedError,
    FullError,
    UnreachableError,
    UnreadableError,
)
from shipwake.web import plain
from shipwake.wire.packing import TooLargeError

PROBLEM = "application/problem+json"
FOR_MACHINES = ("/api/", "/hooks/", "/gate", "/healthz", "/metrics", "/openapi.json", "/graphql")


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What went wrong, in the form of RFC 9457: `detail` says what was read, what is allowed and what to do."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []
    """Where there are several: the place of each (`where`) and what is wrong there (`detail`)."""


KINDS: tuple[tuple[type[Exception], int, str], ...] = (
    (TooLargeError, 413, "Body too large"),
    (UnreadableError, 500, "Not readable"),
    (DamagedError, 500, "Not readable"),
    (NotFoundError, 404, "Not found"),
    (BadInputError, 400, "Bad input"),
    (FullError, 507, "No room"),
    (BusyError, 503, "Try again"),
    (UnreachableError, 503, "Try again"),
)
"""What each error of ours is to whoever asked; the first that fits."""
Form = Callable[[Request, Problem, Mapping[str, str]], Response]


class ProblemError(ShipwakeError):
    """The request cannot be answered as asked; the message says what was read and what to do next."""

    def __init__(
        self, status: int, title: str, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.headers = dict(headers or {})


def problem(
    status: int, title: str, detail: str, *, errors: list[dict[str, str]] | None = None
) -> Problem:
    """The body of a refusal; its `type` is a URN made of the title."""
    slug = "".join(c if c.isalnum() else "-" for c in title.lower()).strip("-")
    kind = f"urn:shipwake:problem:{slug}"
    return Problem(type=kind, title=title, status=status, detail=detail, errors=errors or [])


def respond(request: Request, told: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The refusal in the form that the asker reads; a protocol of its own puts its form into the request's state."""
    form: Form | None = request.scope.get("state", {}).get("refuse")
    if form is not None and PROBLEM not in request.headers.get("accept", ""):
        return form(request, told, headers or {})
    if wants_page(request):
        stranger = told.status == HTTPStatus.UNAUTHORIZED
        body = plain.refusal(
            told.title, told.detail, come_back=request.scope["path"] if stranger else ""
        )
        return Response(body, told.status, dict(headers or {}), media_type="text/html")
    return Response(
        msgspec.json.encode(told),
        told.status,
        dict(headers or {}),
        media_type=PROBLEM,
    )


def wants_page(request: Request) -> bool:
    """Whether a person in a browser asks, not a program."""
    path = request.scope["path"]
    if path.startswith(FOR_MACHINES) or path.endswith(".json"):
        return False
    return "text/html" in request.headers.get("accept", "")


async def from_shipwake(request: Request, error: Exception) -> Response:
    """Our own errors: each class has its status, and its message is already the words to show."""
    if isinstance(error, ProblemError):
        told, headers = problem(error.status, error.title, error.message), error.headers
    else:
        status, title = _kind(error)
        told, headers = problem(status, title, str(error)), _later(error)
    return respond(request, told, headers)


def _kind(error: Exception) -> tuple[int, str]:
    """The status and title of an error of ours; raises it where nobody foresaw that it comes here."""
    for kind, status, title in KINDS:
        if isinstance(error, kind):
            return status, title
    raise error


def _later(error: Exception) -> dict[str, str]:
    """When to come back, where that helps."""
    if isinstance(error, UnreachableError):
        return {"Retry-After": "1"}
    if isinstance(error, BusyError):
        return {"Retry-After": str(math.ceil(error.retry_after.total_seconds()))}
    return {}


async def from_http(request: Request, error: Exception) -> Response:
    """Refusals of the framework itself: no such path, no such method."""
    if not isinstance(error, HTTPException):
        raise error
    path, headers, detail = request.scope["path"], dict(error.headers or {}), str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"there is nothing at {path}; /openapi.json lists every path"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(_methods(request)))
        detail = f"{path} does not take {request.method}; it takes {headers['Allow']}"
    title = HTTPStatus(error.status_code).phrase.capitalize()
    return respond(request, problem(error.status_code, title, detail), headers)


def _methods(request: Request) -> set[str]:
    """Every method that this path takes; the framework knows only those of the first route that fits it."""
    routes = iter_route_contexts(request.app.routes)
    fitting = (r for r in routes if r.methods and r.path_regex.match(request.scope["path"]))
    return {method for r in fitting for method in r.methods or ()}


async def from_validation(request: Request, error: Exception) -> Response:
    """Parameters that are not what the route asks for: all of them at once."""
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [_mistake(found) for found in error.errors()]
    detail = "; ".join(f"{e['where']}: {e['detail']}" for e in errors)
    return respond(request, problem(400, "Bad input", detail, errors=errors))


def _mistake(found: Mapping[str, Any]) -> dict[str, str]:
    where = ".".join(str(part) for part in found["loc"])
    read = "" if found["type"] == "missing" else f"read {str(found.get('input'))[:100]!r}; "
    return {"where": where, "detail": f"{read}{found['msg']}"}
