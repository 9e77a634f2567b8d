"""The API's own description: OpenAPI for programs, one page for people; nothing on it comes from another host."""

from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.responses import HTMLResponse, Response

from shipwake import __version__
from shipwake.web import plain
from shipwake.web.access import Scope, declared, needs
from shipwake.web.answer import tagged
from shipwake.web.api.contract import components
from shipwake.web.sleuth import refuses

router = APIRouter(include_in_schema=False)
SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "Make one where shipwake runs: `shipwake token NAME --scope read`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "shipwake_session",
        "description": "A browser that signed in; its writes also send the header X-CSRF-Token.",
    },
}
ABOUT = """Hear of changes, push samples, read verdicts.

Times are RFC 3339 in UTC. Lists come in pages: send `next` back as `cursor`.
Every refusal is `application/problem+json` and says what was read, what is allowed and what to do.
Under `/api/1/` and `/graphql` it is a sentence of text, or GraphQL's `errors`, as Sleuth's clients read them,
unless `application/problem+json` is accepted by name.
"""


@router.get("/openapi.json", dependencies=[needs(Scope.READ)])
def openapi(request: Request) -> Response:
    """The whole API in OpenAPI 3.1."""
    return tagged(request, describe(request.app))


@router.get("/api", dependencies=[needs(Scope.READ)])
def overview(request: Request) -> Response:
    """The same for people, on one page."""
    rows = "\n".join(
        f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{escape(operation['summary'])}. Needs {escape(operation.get('x-scope') or 'nothing')}.</p>"
        f"<p>{escape(operation.get('description', ''))}</p>"
        for path, methods in describe(request.app)["paths"].items()
        for method, operation in methods.items()
    )
    body = f'<p>For programs: <a href="/openapi.json">/openapi.json</a></p>\n{rows}'
    return HTMLResponse(plain.page("The HTTP API", body))


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once, with our shapes, scopes and problems instead of the framework's."""
    if app.openapi_schema is None:
        app.openapi_schema = _described(app)
    return app.openapi_schema


def _described(app: FastAPI) -> dict[str, Any]:
    document: dict[str, Any] = get_openapi(
        title="shipwake", version=__version__, description=ABOUT, routes=app.routes
    )
    document["components"] = {"schemas": components(), "securitySchemes": SCHEMES}
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _correct(operation, route)
    return document


def _correct(operation: dict[str, Any], route: RouteContext) -> None:
    """Our answers instead of those that the framework takes for granted, and what the door adds to each."""
    answers = {str(status): dict(told) for status, told in route.responses.items()}
    refused = refuses(route.path_format or "")
    operation["operationId"] = f"{route.tags[0]}_{route.name}"
    (need,) = declared(route)
    if need is not None:
        operation["x-scope"] = need.scope.value
        operation["security"] = [{"token": []}, {"session": []}]
        answers["401"] = {**refused, "description": "No valid token or session."}
        answers["403"] = {**refused, "description": f"Needs {need.scope}."}
    answers["default"] = {**refused, "description": "Any other refusal."}
    operation["responses"] = answers
