"""What Sleuth's command line asks of its GraphQL; refuses every other question with a sentence, status 200."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from shipwake.domain import BadInputError, Health, Heard, NotFoundError, ReplyKind, ShipwakeError
from shipwake.flow import River, converse
from shipwake.intake import fields_of
from shipwake.store import BusyError, UnreachableError
from shipwake.web.access import SAFE_METHODS, Scope, needs
from shipwake.web.answer import JSON, answer
from shipwake.web.body import Raw
from shipwake.web.deeds import deed
from shipwake.web.json_body import decode
from shipwake.web.river import Here
from shipwake.web.saying import speaker
from shipwake.web.sleuth import names
from shipwake.web.sleuth.contract import ANSWER, GRAPHQL
from shipwake.web.sleuth.deploys import KIND
from shipwake.web.sleuth.query import Asked, Operation, read
from shipwake.web.sleuth.refusal import errors

HEALTHS = {
    "healthy": (Health.HEALTHY, Health.IMPROVED),
    "ailing": (Health.AILING,),
    "unhealthy": (Health.UNHEALTHY,),
    "reset": (),
}
MOST_FIELDS = 10
CONTRACT: dict[str, Any] = {
    "dependencies": [needs(Scope.CHANGES_WRITE, own=True)],
    "responses": {200: {"content": {JSON: {"schema": ANSWER}}}},
    "openapi_extra": {
        "requestBody": {
            "content": {
                JSON: {
                    "schema": {
                        "type": "object",
                        "required": ["query"],
                        "properties": {"query": {"type": "string"}, "variables": {}},
                    }
                }
            }
        }
    },
}
router = APIRouter(tags=["sleuth"])


@router.get(GRAPHQL, summary="Ask as Sleuth's command line does", **CONTRACT)
def asked(request: Request, river: Here, raw: Raw) -> Response:
    """By GET with a body of JSON: `deployment { … on CodeChangeSource { latestChange { revision slug url } } }`."""
    return _answered(request, river, raw)


@router.post(GRAPHQL, summary="Ask, or set a health, as Sleuth's command line does", **CONTRACT)
def ask(request: Request, river: Here, raw: Raw) -> Response:
    """The same, and the mutations `setHealth` and `validateRules`.

    A health that is set stands beside the verdict as somebody's reply, never over it.
    """
    return _answered(request, river, raw)


def _answered(request: Request, river: River, raw: bytes) -> Response:
    try:
        operation = _operation(request, river, raw)
        if operation.kind == "mutation" and request.method in SAFE_METHODS:
            raise BadInputError("send a mutation by POST", where="query")
        known = MUTATIONS if operation.kind == "mutation" else QUERIES
        data = {one.alias: _one(known, river, request, one) for one in operation.fields}
    except (BusyError, UnreachableError):
        raise
    except ShipwakeError as error:
        return Response(errors(error.message), media_type=JSON)
    return answer({"data": data})


def _operation(request: Request, river: River, raw: bytes) -> Operation:
    """What is asked; the file of a multipart request is not needed for any answer."""
    kind = {"content-type": request.headers.get("content-type", "")}
    now = river.clock.now()
    fields = fields_of(Heard(kind=KIND, source="", headers=kind, body=raw, received=now))
    if isinstance(stated := fields.get("operations"), str):
        fields = decode(stated.encode(), dict[str, object], where="operations")
    query, variables = fields.get("query"), fields.get("variables")
    if not isinstance(query, str):
        raise BadInputError("there is none; send an object with a text there", where="query")
    operation = read(query, variables if isinstance(variables, Mapping) else {})
    if not 0 < len(operation.fields) <= MOST_FIELDS:
        raise BadInputError(f"ask for 1 to {MOST_FIELDS} things", where="query")
    return operation


def _one(known: Mapping[str, "Answerer"], river: River, request: Request, one: Asked) -> object:
    if one.name not in known:
        raise BadInputError(
            f"of Sleuth's GraphQL there is {', '.join((*QUERIES, *MUTATIONS))} here, not {one.name[:80]!r}; "
            "ask the rest of /api/v1",
            where="query",
        )
    return known[one.name](river, request, one)


def _deployment(river: River, _request: Request, one: Asked) -> dict[str, object]:
    return _chosen(one, {"latestChange": lambda inner: _latest(river, one, inner)})


def _latest(river: River, one: Asked, inner: Asked) -> object:
    deployment, read_there = _word(one, "deploymentSlug"), _word(inner, "environmentSlug")
    there = names.environment(river.config, read_there)
    with river.store.read() as tx:
        stored = names.live(river, tx, deployment, there)
    if stored is None:
        return None
    change = stored.change
    values = {
        "revision": change.revision,
        "slug": change.id,
        "url": f"/changes/{quote(change.id, safe='')}",
    }
    return _chosen(inner, {name: _always(value=value) for name, value in values.items()})


def _set_health(river: River, request: Request, one: Asked) -> dict[str, object]:
    """A reply: right or wrong by what the verdict says now, a comment where it says nothing."""
    id, said = _word(one, "deploySlug"), _word(one, "health").lower()
    if said not in HEALTHS:
        raise BadInputError(f"read {said[:80]!r}; allowed: {', '.join(HEALTHS)}", where="health")
    with river.store.read() as tx:
        stored = tx.changes.get(id)
        replies = tx.replies.of(stored.change.id) if stored else []
    if stored is None:
        raise NotFoundError(
            f"there is no change {id[:80]!r}; ask for latestChange to find its slug"
        )
    author = speaker(request, river, stored.change.id)
    kind = ReplyKind.COMMENT
    if HEALTHS[said] and stored.health not in (None, Health.UNKNOWN):
        kind = ReplyKind.RIGHT if stored.health in HEALTHS[said] else ReplyKind.WRONG
    text = f"set the health to {said}" if HEALTHS[said] else "reset the health"
    last = next((r for r in reversed(replies) if r.via == KIND), None)
    if last is None or (last.author, last.kind, last.text) != (author or "somebody", kind, text):
        converse(
            river,
            stored.change.id,
            author=author,
            kind=kind,
            text=text,
            via=KIND,
            deed=deed(request, f"replied: {kind}", id),
        )
    return _chosen(one, {"success": _always(value=True)})


def _validate(_river: River, _request: Request, one: Asked) -> dict[str, object]:
    """Rules of Sleuth's actions are not carried out here, so none of them counts."""
    return _chosen(one, {"rules": _always(value=[])})


def _word(one: Asked, name: str) -> str:
    found = one.arguments.get(name)
    return found if isinstance(found, str) else ""


def _always(*, value: object) -> Callable[[Asked], object]:
    return lambda _: value


def _chosen(one: Asked, known: Mapping[str, Callable[[Asked], object]]) -> dict[str, object]:
    """The fields that were asked for, under their aliases."""
    for inner in one.below:
        if inner.name not in known:
            message = f"{one.name} has {', '.join(known)} here, not {inner.name[:80]!r}"
            raise BadInputError(message, where="query")
    return {inner.alias: known[inner.name](inner) for inner in one.below}


Answerer = Callable[[River, Request, Asked], object]
QUERIES: Mapping[str, Answerer] = {"deployment": _deployment}
MUTATIONS: Mapping[str, Answerer] = {"setHealth": _set_health, "validateRules": _validate}
