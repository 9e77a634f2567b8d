"""Who did what, at `/audit`, for those who may do everything; refuses to change any of it."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from shipwake.domain import BadInputError
from shipwake.flow import River
from shipwake.store import Done
from shipwake.web.access import Scope, needs
from shipwake.web.pages.listing_view import Empty
from shipwake.web.pages.render import data, page
from shipwake.web.pages.shell import link, shell
from shipwake.web.river import Here

router = APIRouter()
PATH = "/audit"
ADMIN = [needs(Scope.ADMIN)]
ROWS = 100
LARGEST = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One deed."""

    id: int
    at: datetime
    who: str
    what: str
    about: str
    via: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    """The whole page."""

    sentence: str
    rows: tuple[Row, ...]
    older_url: str
    next: str
    empty: Empty | None = None


@router.get(PATH, dependencies=ADMIN)
def shown(request: Request, river: Here, cursor: str = "") -> Response:
    """The page."""
    view = _view(river, cursor)
    return page("audit.html", shell(request, river, "Who did what", room=""), view)


@router.get("/audit.json", dependencies=ADMIN)
def shown_json(river: Here, cursor: str = "") -> Response:
    """The same as JSON; `next` is the cursor of the page before in time."""
    return data(_view(river, cursor))


def _view(river: River, cursor: str) -> AuditView:
    with river.store.read() as tx:
        found = tx.audit.page(_before(cursor), ROWS + 1)
    rows = tuple(_row(done) for done in found[:ROWS])
    following = str(rows[-1].id) if len(found) > ROWS else ""
    older = link(PATH, {"cursor": following}) if following else ""
    return AuditView(
        sentence="Who did what",
        rows=rows,
        older_url=older,
        next=following,
        empty=None if rows else _empty(cursor),
    )


def _empty(cursor: str) -> Empty:
    if cursor:
        return Empty(title="Nothing older.", url=PATH, action="Back to the newest")
    return Empty(
        title="Nobody has done anything here yet.",
        text="The first sign-in, token or reply will stand here, with who did it, when and from which address. "
        "To see one, make a token where shipwake runs:",
        command="shipwake token pipeline --scope changes:write",
        copy="Copy",
    )


def _before(cursor: str) -> int | None:
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit()) or int(cursor[:20]) > LARGEST:
        raise BadInputError(f"read {cursor[:80]!r}; send `next` of the page before", where="cursor")
    return int(cursor)


def _row(done: Done) -> Row:
    told = done.deed
    return Row(
        id=done.id,
        at=done.at,
        who=told.who,
        what=told.what,
        about=told.about,
        via=told.via,
        address=told.address,
    )
