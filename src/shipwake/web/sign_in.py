"""Sign a browser in by a one-time link, and out again; opening the link alone uses nothing up."""

from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shipwake.web import keys, plain
from shipwake.web.access import OPEN, Scope, needs
from shipwake.web.body import Fields
from shipwake.web.door import COOKIE
from shipwake.web.problem import ProblemError
from shipwake.web.river import Here

router = APIRouter(include_in_schema=False)
UNSEEN = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@router.get("/sign-in", dependencies=[OPEN])
def ask(link: str = "", next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """The page with the button; link previews come here too, so this changes nothing."""
    return HTMLResponse(plain.sign_in(link, _local(next)), headers=UNSEEN)


@router.post("/sign-in", dependencies=[OPEN])
def enter(river: Here, fields: Fields) -> Response:
    """Use the link up and set the session's cookie."""
    session = keys.redeem(river, _secret(fields.get("link", "")))
    if session is None:
        raise ProblemError(
            401,
            "Link used or expired",
            "this sign-in link was used before, is older than an hour, or is not whole; "
            "make another where shipwake runs: shipwake token --sign-in",
        )
    response = RedirectResponse(_local(fields.get("next", "/")), 303, UNSEEN)
    response.set_cookie(
        COOKIE,
        session,
        max_age=int(keys.SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=river.config.url.startswith("https:"),
    )
    return response


@router.post("/sign-out", dependencies=[needs(Scope.READ)])
def leave(river: Here, request: Request) -> Response:
    """End this browser's session, here and in the store."""
    session = request.cookies.get(COOKIE)
    if session:
        keys.end(river, session)
    response = RedirectResponse("/sign-in", 303, UNSEEN)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return response


def _secret(pasted: str) -> str:
    """The secret in a link that somebody pasted whole, or the secret itself."""
    _, _, query = pasted.strip().partition("?")
    found = parse_qs(query).get("link")
    return found[0] if found else pasted.strip()


def _local(path: str) -> str:
    """`path` if it stays on this server, else the front page."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if fine else "/"
