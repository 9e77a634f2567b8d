"""Who asks and what they may do; a route that does not say which scope it needs never gets to answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fastapi import Depends, Request
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount

from shipwake.domain import ShipwakeError
from shipwake.web import body
from shipwake.web.problem import ProblemError
from shipwake.wire.chance import token
from shipwake.wire.sign import hmac_sha256_hex, same

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Scope(StrEnum):
    """What a token may do; `admin` may do everything."""

    CHANGES_WRITE = "changes:write"
    SAMPLES_WRITE = "samples:write"
    READ = "read"
    ADMIN = "admin"


WRITES = frozenset({Scope.CHANGES_WRITE, Scope.SAMPLES_WRITE, Scope.ADMIN})
"""The scopes that may hold for some services alone; whoever may read may read everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: `via` is "token", "session" (a signed-in browser) or "loopback" (auth: none).

    `scopes` hold for everything, those `within` a service for that one alone. `person` says that `name` is the e-mail
    address that a provider vouches for. `key` signs what a signed-in browser must send back with every write; empty
    for the others.
    """

    name: str
    scopes: frozenset[str]
    via: str
    within: Mapping[str, frozenset[str]] = field(default_factory=dict)
    person: bool = False
    key: str = field(default="", repr=False)

    def may(self, scope: str, service: str | None = None) -> bool:
        """Whether this scope was given, by name or by `admin`: for everything, or for that service."""
        held = self.scopes | self.within.get(service or "", frozenset())
        return scope in held or Scope.ADMIN in held

    def may_somewhere(self, scope: str) -> bool:
        """Whether this scope was given for everything or for at least one service."""
        return self.may(scope) or any(self.may(scope, service) for service in self.within)

    def services(self, scope: str) -> list[str]:
        """The services that this scope holds for, where it does not hold for everything."""
        return sorted(service for service in self.within if self.may(scope, service))


def caller_of(request: Request) -> Caller:
    """Who asks; only on routes that are not open to all."""
    caller = request.scope["state"].get("caller")
    if not isinstance(caller, Caller):
        raise ProblemError(
            401,
            "Sign in or send a token",
            "this needs the header Authorization: Bearer TOKEN, or a signed-in browser; "
            "make a token with: shipwake token NAME --scope read",
            headers={"WWW-Authenticate": 'Bearer realm="shipwake"'},
        )
    return caller


def csrf_token(request: Request) -> str:
    """What a form of this browser's pages carries in its hidden field `csrf`."""
    return fresh(caller_of(request))


def fresh(caller: Caller) -> str:
    """A proof that a form came from our own page; another one each time, so that compression gives nothing away."""
    if not caller.key:
        return ""
    nonce = token()
    return f"{nonce}.{hmac_sha256_hex(caller.key.encode(), nonce.encode())}"


def _proves(sent: str, caller: Caller) -> bool:
    nonce, _, signature = sent.partition(".")
    return same(signature, hmac_sha256_hex(caller.key.encode(), nonce.encode()))


def allow(request: Request, scope: Scope, *services: str) -> None:
    """Raise 403 unless the caller may do this with each of these services; "" stands for one that is not ours yet."""
    caller = caller_of(request)
    for service in services:
        if not caller.may(scope, service):
            ours = ", ".join(caller.services(scope)) or "nothing"
            whose = f"this is of {service!r}" if service else "this is of no service of ours yet"
            raise ProblemError(
                403,
                "Another team's",
                f"{whose}, and {caller.name!r} may write of {ours}; "
                "ask a team that has it, or somebody who may write of everything",
            )


@dataclass(frozen=True, slots=True)
class Needs:
    """The dependency that lets a request through only with `scope`, and a browser's write only with its token.

    `own` says that the route itself calls `allow` for what it touches, so that a scope for some services will do.
    """

    scope: Scope
    own: bool = False

    async def __call__(self, request: Request) -> None:
        """Raise 401 or 403 unless the caller may."""
        caller = caller_of(request)
        if not (caller.may_somewhere(self.scope) if self.own else caller.may(self.scope)):
            raise _missing(caller, self.scope)
        if caller.key and request.method not in SAFE_METHODS:
            await _meant_by_a_person(request, caller)


def _missing(caller: Caller, scope: Scope) -> ProblemError:
    given = ", ".join(sorted(caller.scopes)) or "none"
    if caller.via == "session":
        detail = (
            f"this needs the scope {scope}; {caller.name or 'this browser'} has {given} for everything. "
            "Ask whoever keeps shipwake.yaml for a role under teams:"
        )
    else:
        detail = (
            f"this needs the scope {scope}; the token {caller.name!r} has {given}. "
            f"Make one that fits: shipwake token NAME --scope {scope}"
        )
    return ProblemError(403, "Scope missing", detail)


async def _meant_by_a_person(request: Request, caller: Caller) -> None:
    sent = request.headers.get("x-csrf-token") or (await body.fields(request)).get("csrf", "")
    if not _proves(sent, caller):
        raise ProblemError(
            403,
            "Form expired",
            "the page this was sent from is older than your sign-in; go back, reload it and send again",
        )


def needs(scope: Scope, *, own: bool = False) -> Any:  # noqa: ANN401 - what fastapi.Depends returns is its own affair
    """For a route's `dependencies`: only callers with `scope` get through; see `Needs` for `own`."""
    return Depends(Needs(scope, own))


async def _anybody() -> None:
    """Let through; not a plain function, which would cost a thread."""


OPEN = Depends(_anybody)
"""For a route's `dependencies`: open to all on purpose (a signature, a one-time link, or nothing to hide)."""


def declared(route: Any) -> list[Needs | None]:  # noqa: ANN401 - FastAPI's own view of a route
    """The access a route declares: a Needs, or None for open to all."""
    found: list[Needs | None] = []
    for dependency in getattr(route, "dependencies", ()):
        if isinstance(dependency.dependency, Needs):
            found.append(dependency.dependency)
        elif dependency is OPEN:
            found.append(None)
    return found


def insist(routes: Iterable[BaseRoute]) -> None:
    """Refuse to serve a route that does not declare its access exactly once."""
    for route in iter_route_contexts(list(routes)):
        if isinstance(route.original_route, Mount):
            continue
        if len(declared(route)) != 1:
            raise ShipwakeError(
                f"the route {route.path} does not declare who may call it; "
                "give it dependencies=[needs(Scope.…)] or [OPEN]"
            )
