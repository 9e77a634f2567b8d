"""All keys, at `/keys`, and where the person who looks is signed in."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from shipwake.flow import River
from shipwake.web.access import Scope, caller_of, needs
from shipwake.web.door import cookie_of
from shipwake.web.keys import hashed
from shipwake.web.pages.render import data, page
from shipwake.web.pages.shell import shell
from shipwake.web.river import Here

router = APIRouter()
READ = [needs(Scope.READ)]
MOST = 50


@dataclass(frozen=True, slots=True)
class Key:
    """One or more keys and what they do."""

    keys: tuple[str, ...]
    does: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One browser of theirs; `here` is the one that asks."""

    id: str
    browser: str
    at: datetime | None
    seen_at: datetime | None
    until: datetime
    here: bool


@dataclass(frozen=True, slots=True)
class KeysView:
    """The whole page."""

    keys: tuple[Key, ...]
    you: str = ""
    sessions: tuple[SignedIn, ...] = ()


KEYS = KeysView(
    (
        Key(("/",), "search"),
        Key(("j", "k"), "older and newer: in the list, and from change to change"),
        Key(("Enter",), "open the chosen change"),
        Key(("o",), "the chart: ← and → move a sample, m jumps to the next marker"),
        Key(("c",), "reply"),
        Key(
            ("1", "…", "6"),
            "sections of a change: verdict, how we know, suspects, normals, looks, conversation",
        ),
        Key(("r",), "raw evidence of a change"),
        Key(("m",), "map a name, on the page of what was heard"),
        Key(("e",), "environment"),
        Key(("t",), "times in UTC or in your own zone"),
        Key(("Esc",), "close, or leave a field"),
        Key(("?",), "this page"),
    )
)


@router.get("/keys", dependencies=READ)
def shown(request: Request, river: Here) -> Response:
    """The page."""
    return page("keys.html", shell(request, river, "Keys", room=""), _view(request, river))


@router.get("/keys.json", dependencies=READ)
def shown_json(request: Request, river: Here) -> Response:
    """The same as JSON."""
    return data(_view(request, river))


def _view(request: Request, river: River) -> KeysView:
    caller = caller_of(request)
    if caller.via != "session":
        return KEYS
    here = hashed(request.cookies.get(cookie_of(river.config), ""))
    with river.store.read() as tx:
        found = tx.access.sessions(caller.name, river.clock.now())
    sessions = tuple(
        SignedIn(
            id=s.id,
            browser=s.browser or "a browser",
            at=s.at,
            seen_at=s.seen_at,
            until=s.until,
            here=here.startswith(s.id),
        )
        for s in found[:MOST]
    )
    return KeysView(KEYS.keys, caller.name, sessions)
