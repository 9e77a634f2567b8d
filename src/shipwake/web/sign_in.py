"""Sign a browser in by a one-time link or through a provider, and out again; opening a link alone uses nothing up."""

from typing import Any
from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shipwake.config import Config, Role
from shipwake.flow import River
from shipwake.web import keys, plain
from shipwake.web.access import OPEN, Scope, caller_of, needs
from shipwake.web.body import Fields
from shipwake.web.deeds import deed, note
from shipwake.web.door import cookie_of
from shipwake.web.oidc import Attempt, Provider, Refused, attempt
from shipwake.web.problem import ProblemError
from shipwake.web.river import Here
from shipwake.web.roles import standing_of
from shipwake.wire.http import CallError

log = structlog.get_logger()
router = APIRouter(include_in_schema=False)
UNSEEN = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
LONGEST_BROWSER = 200


@router.get("/sign-in", dependencies=[OPEN])
def ask(request: Request, river: Here, link: str = "", next: str = "/", left: str = "") -> Response:  # noqa: A002 - the name in the address
    """The page with the button; link previews come here too, so this changes nothing."""
    through = river.config.sign_in.name if river.config.sign_in else ""
    also = _provider(request).leaves_by() if left and through else ""
    page = plain.sign_in(link, _local(next), through=through, leave=also, left=bool(left))
    return HTMLResponse(page, headers=UNSEEN)


@router.post("/sign-in", dependencies=[OPEN])
def enter(request: Request, river: Here, fields: Fields) -> Response:
    """Use the link up and set the session's cookie."""
    session = keys.redeem(
        river,
        _secret(fields.get("link", "")),
        deed(request, "signed in", "by a link", who="link"),
        before=_session(request, river.config),
        browser=_browser(request),
    )
    if session is None:
        note(river, deed(request, "sign-in failed", "link used before, expired or not whole"))
        raise ProblemError(
            401,
            "Link used or expired",
            "this sign-in link was used before, is older than an hour, or is not whole; "
            "make another where shipwake runs: shipwake token --sign-in",
        )
    response = RedirectResponse(_local(fields.get("next", "/")), 303, UNSEEN)
    _set(response, river.config, session, int(keys.SESSION_LASTS.total_seconds()))
    return response


@router.get("/sign-in/provider", dependencies=[OPEN])
def go(request: Request, river: Here, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """On to the provider, with an attempt that only this browser can end."""
    begun = Attempt.begin(_local(next), river.clock.now())
    try:
        response = RedirectResponse(_provider(request).leads_to(begun), 303, UNSEEN)
    except (CallError, Refused) as error:
        raise _not_now(river, request, error) from error
    name, lasts = cookie_of(river.config, attempt.COOKIE), int(attempt.LASTS.total_seconds())
    response.set_cookie(name, begun.cookie, max_age=lasts, **_flags(river.config))
    return response


@router.get("/sign-in/return", dependencies=[OPEN])
def come_back(
    request: Request, river: Here, code: str = "", state: str = "", error: str = ""
) -> Response:
    """Back from the provider: whom it vouches for is signed in, once for each attempt."""
    begun = Attempt.read(request.cookies.get(cookie_of(river.config, attempt.COOKIE), ""))
    now = river.clock.now()
    if begun is None or not begun.answers(state, now):
        raise _failed(
            river, request, "this browser did not ask for it, or more than ten minutes ago"
        )
    with river.store.write() as tx:
        fresh = tx.access.spend(keys.hashed(f"sign-in {begun.state}"), now + 2 * attempt.LASTS)
    if not fresh:
        raise _failed(river, request, "it was carried out already")
    if error or not code:
        raise _failed(river, request, f"the provider says {error[:100] or 'nothing'}")
    try:
        somebody = _provider(request).vouches_for(code, begun, now)
    except Refused as refused:
        raise _failed(river, request, refused.message) from refused
    except CallError as failed:
        raise _not_now(river, request, failed) from failed
    return _welcome(request, river, somebody.email, somebody.groups, begun.onward)


@router.post("/sign-out", dependencies=[needs(Scope.READ)])
def leave(river: Here, request: Request) -> Response:
    """End this browser's session, here and in the store."""
    session = _session(request, river.config)
    if session:
        keys.end(river, session, deed(request, "signed out"))
    return _gone(river.config)


@router.post("/sign-out/everywhere", dependencies=[needs(Scope.READ)])
def leave_everywhere(river: Here, request: Request) -> Response:
    """End all sessions of this person; of whoever came by a link: of all who did."""
    keys.end_all(river, caller_of(request).name, deed(request, "signed out everywhere"))
    return _gone(river.config)


@router.post("/sign-out/one", dependencies=[needs(Scope.READ)])
def leave_one(river: Here, request: Request, fields: Fields) -> Response:
    """End one other session of this person's."""
    id = fields.get("session", "")
    if id:
        done = deed(request, "signed out elsewhere", id)
        keys.end_all(river, caller_of(request).name, done, id=id)
    return RedirectResponse("/keys", 303)


def _welcome(
    request: Request, river: River, email: str, groups: tuple[str, ...], onward: str
) -> Response:
    if standing_of(river.config, email, groups).highest is Role.NONE:
        note(river, deed(request, "sign-in failed", "in no team", who=email))
        raise ProblemError(
            403,
            "No role",
            f"{email} is in no team here; ask whoever keeps shipwake.yaml for a role under teams:",
        )
    asked = river.config.sign_in
    if asked is None:
        raise TypeError("nobody comes back from a provider that is not configured")
    session = keys.admit(
        river,
        email,
        groups,
        deed(request, "signed in", f"through {asked.name}", who=email),
        lasts=asked.lasts,
        before=_session(request, river.config),
        browser=_browser(request),
    )
    response = RedirectResponse(_local(onward), 303, UNSEEN)
    _set(response, river.config, session, int(asked.lasts.total_seconds()))
    response.delete_cookie(cookie_of(river.config, attempt.COOKIE), **_flags(river.config))
    return response


def _provider(request: Request) -> Provider:
    found = request.app.state.provider
    if not isinstance(found, Provider):
        detail = "no provider is configured; sign in by a link, or add sign_in: to shipwake.yaml"
        raise ProblemError(404, "No provider", detail)
    return found


def _failed(river: River, request: Request, why: str) -> ProblemError:
    note(river, deed(request, "sign-in failed", why))
    return ProblemError(401, "Not signed in", f"{why}; go to /sign-in and try again")


def _not_now(river: River, request: Request, error: Exception) -> ProblemError:
    """The provider cannot be asked; the log says more than a stranger is told."""
    log.warning("the provider was not asked", reason=str(error))
    note(river, deed(request, "sign-in failed", "the provider gave no answer of use"))
    return ProblemError(
        502,
        "Provider unavailable",
        "the sign-in provider gave no answer of use; try again in a minute, or sign in by a link: "
        "shipwake token --sign-in. The log says more",
    )


def _gone(config: Config) -> Response:
    response = RedirectResponse("/sign-in?left=1", 303, UNSEEN)
    response.delete_cookie(cookie_of(config), **_flags(config))
    return response


def _set(response: Response, config: Config, session: str, lasts_s: int) -> None:
    response.set_cookie(cookie_of(config), session, max_age=lasts_s, **_flags(config))


def _flags(config: Config) -> dict[str, Any]:
    """Not for scripts, not for what other sites send, and over TLS alone where we are reached by it."""
    secure = config.url.startswith("https:")
    return {"httponly": True, "samesite": "lax", "secure": secure, "path": "/"}


def _session(request: Request, config: Config) -> str:
    return request.cookies.get(cookie_of(config), "")


def _browser(request: Request) -> str:
    """What the browser calls itself, for the list of sessions."""
    told = request.headers.get("user-agent", "")[:LONGEST_BROWSER]
    return "".join(sign for sign in told if sign.isprintable())


def _secret(pasted: str) -> str:
    """The secret in a link that somebody pasted whole, or the secret itself."""
    _, _, query = pasted.strip().partition("?")
    found = parse_qs(query).get("link")
    return found[0] if found else pasted.strip()


def _local(path: str) -> str:
    """`path` if it stays on this server, else the front page."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if fine else "/"
