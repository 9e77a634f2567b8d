"""Deploys, manual changes, imports and incidents as Sleuth's clients register them: read at once, then heard."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from shipwake.domain import Event, Heard
from shipwake.flow import River, hear, touched
from shipwake.intake import UnreadableError, fields_of
from shipwake.web.access import Scope, allow, needs
from shipwake.web.answer import answer
from shipwake.web.body import Raw
from shipwake.web.problem import ProblemError
from shipwake.web.river import Here
from shipwake.web.sleuth import names
from shipwake.web.sleuth.contract import REGISTRATION, SUCCESS, takes
from shipwake.web.sleuth.front import MARK
from shipwake.wire.chance import new_id

router = APIRouter(tags=["sleuth"], dependencies=[needs(Scope.CHANGES_WRITE, own=True)])
KIND = "sleuth"
Fields = Mapping[str, object]
KEY = "idempotency-key"
KEPT_HEADERS = ("content-type", "user-agent", KEY)
"""Of a delivery only these are kept: no header may bring a key along."""
NAMELESS = "Name is required."
"""Sleuth's own words for 422."""


@router.get(
    "/api/1/schema/register_deploy",
    summary="What a deploy's registration may hold",
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
def schema() -> Response:
    """The JSON schema of a registration."""
    return answer(REGISTRATION)


@router.post(
    "/api/1/deployments/{org}/{deployment}/register_deploy",
    summary="Register a deploy as Sleuth's clients do",
    **takes(REGISTRATION),
)
def register_deploy(
    request: Request,
    river: Here,
    raw: Raw,
    org: str,  # noqa: ARG001 - any will do
    deployment: str,
) -> Response:
    """`Success`, or a sentence that says what is wrong.

    A commit that is live already is refused unless `ignore_if_duplicate` is true; one that was live before is a
    rollback. `org` may be anything. A `deployment` that is no service of ours is kept, and judged once it is mapped.
    """
    heard, fields = _heard(request, river, raw, deployment)
    (event,) = _read(request, river, heard)
    with river.store.read() as tx:
        live = names.live(river, tx, deployment, event.facts.environment)
    if live and _same(live.change.revision, event.facts.revision) and not _ignores(fields):
        raise ProblemError(
            400,
            "Duplicate",
            f"{event.facts.revision} is live in {event.facts.environment} already; "
            "send ignore_if_duplicate=true to register it all the same",
        )
    return _keep(river, heard, fields)


@router.post(
    "/api/1/deployments/{org}/{project}/register_manual_deploy",
    summary="Register a manual change as Sleuth's clients do",
    **takes({"type": "object", "required": ["name"]}),
)
def register_manual_deploy(
    request: Request,
    river: Here,
    raw: Raw,
    org: str,  # noqa: ARG001 - any will do
    project: str,
) -> Response:
    """`Success`; 422 without `name`.

    A `project` that is a service of ours is that service; else the change is judged on what the environment requires.
    """
    return _registered(request, river, raw, project)


@router.post(
    "/api/1/deployments/{org}/{deployment}/import_deploys",
    summary="Import deploys of the past as Sleuth's clients do",
    **takes({"type": "object", "required": ["csv_file"]}, media="multipart/form-data"),
)
def import_deploys(
    request: Request,
    river: Here,
    raw: Raw,
    org: str,  # noqa: ARG001 - any will do
    deployment: str,
) -> Response:
    """`Success`: the rows (`sha,date`) are known from then on, and not judged.

    What is known already stays; the same rows again have no effect.
    """
    return _registered(request, river, raw, deployment)


@router.post(
    "/api/1/deployments/{org}/{project}/{environment}/{source}/register_impact",
    summary="Register an incident as Sleuth's clients do",
    **takes({"type": "object", "required": ["type"]}),
)
def register_incident(
    request: Request,
    river: Here,
    raw: Raw,
    org: str,  # noqa: ARG001 - any will do
    project: str,
    environment: str,
    source: str,  # noqa: ARG001 - any will do
) -> Response:
    """`Success`: the incident is kept and shown under what we heard; it is not tied to changes yet.

    The key may also stand at the end of the path, as `…/register_impact/KEY`.
    """
    return _registered(request, river, raw, project, environment)


def _registered(
    request: Request, river: River, raw: bytes, target: str, environment: str = ""
) -> Response:
    """Read it, so that its sender is told what is wrong with it, then hear it."""
    heard, fields = _heard(request, river, raw, target, environment)
    _read(request, river, heard)
    return _keep(river, heard, fields)


def _heard(
    request: Request, river: River, raw: bytes, target: str, environment: str = ""
) -> tuple[Heard, Fields]:
    """The delivery as it is read and kept, no key in it and our names for its slugs beside it; and its fields."""
    kind, source = next(key for key in river.hooks if key[0] == KIND)
    headers = {name: request.headers[name] for name in KEPT_HEADERS if name in request.headers}
    sent = Heard(kind=kind, source=source, headers=headers, body=raw, received=river.clock.now())
    headers[":path"] = request.scope["path"]
    headers[":service"] = names.clean(names.service(river.config, target))
    fields = _fields(sent)
    read = environment or fields.get("environment", "")
    if read is None:
        read = ""
    if not isinstance(read, str):
        shown = msgspec.json.encode(read).decode()[:80]
        raise ProblemError(400, "Bad input", f"environment: read {shown}; send its slug, a text")
    headers[":environment"] = names.clean(names.environment(river.config, read))
    return sent, fields


def _fields(heard: Heard) -> Fields:
    """The fields, none where they cannot be read: the intake says why."""
    with suppress(UnreadableError):
        return fields_of(heard)
    return {}


def _read(request: Request, river: River, heard: Heard) -> Sequence[Event]:
    """What it says, of services that its sender may write of; else it is refused.

    What cannot be read is kept with its reason, unless it may still hold a key, or its sender has no say here.
    """
    try:
        events = river.hooks[heard.kind, heard.source].events(heard)
        with river.store.read() as tx:
            places = {service for event in events for service in touched(river, tx, event)}
        allow(request, Scope.CHANGES_WRITE, *sorted(places))
        return events
    except UnreadableError as error:
        allow(request, Scope.CHANGES_WRITE, heard.headers[":service"])
        if not MARK.search(heard.body):
            hear(river, heard.kind, heard.source, heard.headers, heard.body, vouched=True)
        nameless = error.message == NAMELESS
        raise ProblemError(422 if nameless else 400, "Bad input", error.message) from error


def _keep(river: River, heard: Heard, fields: Fields) -> Response:
    """Hear it under a key of its own: the same words at another path are of another deployment.

    Without a time they are another deploy each time, since the second may be a rollback.
    """
    told = heard.headers.get(KEY) or ("" if fields.get("date") else new_id())
    same = f"{heard.headers[':path']}\n{told}\n".encode() + (b"" if told else heard.body)
    headers = {**heard.headers, KEY: hashlib.sha256(same).hexdigest()}
    hear(river, heard.kind, heard.source, headers, heard.body, vouched=True)
    return PlainTextResponse(SUCCESS)


def _ignores(fields: Fields) -> bool:
    told = fields.get("ignore_if_duplicate")
    return told is True or (isinstance(told, str) and told.strip().lower() in ("true", "1", "yes"))


def _same(one: str, other: str) -> bool:
    """Whether two hashes, whole or short, may be of one commit."""
    short, whole = sorted((one.lower(), other.lower()), key=len)
    return whole.startswith(short)
