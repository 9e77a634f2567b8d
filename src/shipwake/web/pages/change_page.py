"""A change's page, its JSON, the tables of its charts, and the replies sent from it."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from shipwake.domain import BadInputError, Change, NotFoundError, ReplyKind
from shipwake.flow import River, converse
from shipwake.store import Filter, Stored, Tx
from shipwake.web.access import Scope, caller_of, needs
from shipwake.web.body import Fields
from shipwake.web.deeds import deed
from shipwake.web.pages import change, table
from shipwake.web.pages.change_view import ChangeView
from shipwake.web.pages.evidence import sli_of
from shipwake.web.pages.render import data, page
from shipwake.web.pages.shell import change_url, shell
from shipwake.web.pages.table import TableView
from shipwake.web.pages.told import Channels
from shipwake.web.river import Here
from shipwake.web.saying import speaker

router = APIRouter()
READ = [needs(Scope.READ)]
AROUND = timedelta(hours=1)
NEAR_AT_MOST = 40
LONGEST_NAME = 80


@router.get("/changes/{id:path}/slis/{name:path}/table", dependencies=[needs(Scope.READ)])
def numbers(request: Request, river: Here, id: str, name: str) -> Response:
    """The samples of one chart as a table."""
    view = _table(river, id, name)
    return page("table.html", shell(request, river, view.title, room="Changes"), view)


@router.get("/changes/{id:path}/slis/{name:path}.json", dependencies=READ)
@router.get("/changes/{id:path}/slis/{name:path}/table.json", dependencies=READ)
def numbers_json(river: Here, id: str, name: str) -> Response:
    """The samples of one chart as JSON."""
    return data(_table(river, id, name))


@router.post("/changes/{id:path}/replies", dependencies=[needs(Scope.CHANGES_WRITE, own=True)])
def reply(request: Request, river: Here, id: str, fields: Fields) -> Response:
    """Keep what a person said, and show the page again at the conversation."""
    author = speaker(request, river, id, fields.get("author", "").strip()[:LONGEST_NAME])
    kind = _kind(fields.get("kind", ""))
    done = deed(request, f"replied: {kind}", id)
    converse(river, id, author=author, kind=kind, text=fields.get("text", ""), deed=done)
    return RedirectResponse(f"{change_url(id)}#conversation", 303)


@router.get("/changes/{id:path}.json", dependencies=READ)
def shown_json(request: Request, river: Here, id: str) -> Response:
    """A change as JSON."""
    return data(_view(request, river, id))


@router.get("/changes/{id:path}", dependencies=READ)
def shown(request: Request, river: Here, id: str) -> Response:
    """A change's page."""
    view = _view(request, river, id)
    if view.id != id:
        return RedirectResponse(change_url(view.id), 301)
    return page(
        "change.html", shell(request, river, f"{view.word}: {view.title}", room="Changes"), view
    )


def _kind(read: str) -> ReplyKind:
    try:
        return ReplyKind(read)
    except ValueError as error:
        raise BadInputError(
            f"read {read!r}; allowed: {', '.join(ReplyKind)}", where="kind"
        ) from error


def _known(tx: Tx, id: str) -> Stored:
    stored = tx.changes.get(id)
    if stored is None:
        raise NotFoundError(f"There is no change {id!r} here. Find it in the list of all changes.")
    return stored


def _view(request: Request, river: River, id: str) -> ChangeView:
    you = caller_of(request).name
    with river.store.read() as tx:
        return change.build(_material(river, tx, _known(tx, id), you))


def _material(river: River, tx: Tx, stored: Stored, you: str) -> change.Material:
    this = stored.change
    older, newer = _neighbours(tx, stored)
    return change.Material(
        change=this,
        mapped=stored.mapped,
        verdicts=tx.verdicts.of(this.id),
        assessments=tx.verdicts.assessments(this.id),
        slis={s.name: s for s in river.slis_of(this)},
        events=tx.events.of(this.id),
        near=[change.Beside(change=s.change, health=s.health) for s in _near(tx, this)],
        replies=tx.replies.of(this.id),
        queued=tx.outbox.of(this.id),
        channels=_channels(river, this.environment),
        newer=newer,
        older=older,
        schedule=river.config.watch,
        now=river.clock.now(),
        you=you,
    )


def _near(tx: Tx, this: Change) -> list[Stored]:
    if this.at is None or not this.environment:
        return []
    found = tx.changes.near(this.at, AROUND, this.environment, limit=NEAR_AT_MOST)
    return [s for s in found if s.change.id != this.id]


def _neighbours(tx: Tx, stored: Stored) -> tuple[str, str]:
    """The ids of the next older and next newer change of the same environment, as the list orders them."""
    this = stored.change
    at = this.at or this.started_at or stored.heard_at
    moment = timedelta(microseconds=1)
    before = tx.changes.page(Filter(environment=this.environment, until=at), None, 1).rows
    after = tx.changes.page(
        Filter(environment=this.environment, since=at + moment, until=at + AROUND),
        None,
        NEAR_AT_MOST,
    ).rows
    return (before[0].change.id if before else "", after[-1].change.id if after else "")


def _channels(river: River, environment: str) -> Channels:
    here = [c for c in river.channels if not c.environments or environment in c.environments]
    shared = {c.name for c in river.channels if c.everybody}
    names = [c.name for c in here]
    return Channels(names=names, shared=shared, healthy=river.config.healthy_messages)


def _table(river: River, id: str, name: str) -> TableView:
    with river.store.read() as tx:
        this = _known(tx, id).change
        found = tx.verdicts.assessment(this.id, name)
        near = _near(tx, this)
    if found is None:
        raise NotFoundError(
            f"No look at {name!r} after this change is kept. Go back to the change to see which are."
        )
    slis = {s.name: s for s in river.slis_of(this)}
    return table.build(found, this, sli_of(slis, name), [s.change for s in near])
