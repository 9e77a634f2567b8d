"""What was heard, at `/heard`, and the form that maps a name."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from shipwake.domain import BadInputError
from shipwake.flow import River, map_name
from shipwake.store import HeardPage, Outcome, Sender, Stored, Tx
from shipwake.web.access import Scope, allow, caller_of, needs
from shipwake.web.body import Fields
from shipwake.web.deeds import deed
from shipwake.web.pages import hearing
from shipwake.web.pages.heard_view import HeardView
from shipwake.web.pages.render import data, page
from shipwake.web.pages.shell import shell
from shipwake.web.river import Here

router = APIRouter()
READ = [needs(Scope.READ)]
ROWS = 50
RHYTHM = 60
BODIES = 10
LETTERS = 2000


@router.get("/heard", dependencies=READ)
def heard(request: Request, river: Here) -> Response:
    """The page."""
    view = read(river, request.query_params)
    return page("heard.html", shell(request, river, "Heard", room="Heard"), view)


@router.get("/heard.json", dependencies=READ)
def heard_json(request: Request, river: Here) -> Response:
    """The same as JSON."""
    return data(read(river, request.query_params))


@router.post("/heard/map", dependencies=[needs(Scope.ADMIN, own=True)])
def mapped(request: Request, river: Here, fields: Fields) -> Response:
    """Remember what a name means, and show the page again."""
    what, said, name = (fields.get(f, "").strip() for f in ("what", "heard", "name"))
    # Whose services a name stands for decides; an environment is everybody's.
    allow(request, Scope.ADMIN, name if what == "service" else "")
    map_name(
        river,
        what,
        said,
        name,
        by=caller_of(request).name or "page",
        deed=deed(request, f"{what} mapped", f"{said} is {name}"),
    )
    return RedirectResponse("/heard", 303)


def read(river: River, query: Mapping[str, str]) -> HeardView:
    """The view of the page for an address's parameters."""
    kind, outcome, cursor = (query.get(n, "") for n in ("kind", "outcome", "cursor"))
    with river.store.read() as tx:
        senders = tx.heard.senders()
        unmapped = tx.changes.unmapped()
        found = tx.heard.page(kind or None, cursor or None, ROWS, outcome=_outcome(outcome))
        return hearing.build(
            hearing.Material(
                senders=senders,
                hooks=sorted(river.hooks),
                unmapped=unmapped,
                waiting_by=_waiting_by(tx, unmapped),
                page=found,
                bodies=_bodies(tx, found),
                rhythm=_rhythm(tx, senders),
                services=_names(river, tx, 0),
                environments=_names(river, tx, 1),
                kind=kind,
                outcome=outcome,
                cursor=cursor,
                now=river.clock.now(),
                url=river.config.url,
            )
        )


def _outcome(read_: str) -> Outcome | None:
    if not read_:
        return None
    try:
        return Outcome(read_)
    except ValueError as error:
        raise BadInputError(
            f"read {read_!r}; allowed: {', '.join(Outcome)}", where="outcome"
        ) from error


def _waiting_by(tx: Tx, unmapped: Sequence[Stored]) -> dict[tuple[str, str], int]:
    """How many unmapped changes each sender spoke of."""
    counts: dict[tuple[str, str], int] = {}
    for stored in unmapped:
        sources = {e.source for e in tx.events.of(stored.change.id)}
        for source in sources:
            kind, _, name = source.partition("/")
            counts[kind, name] = counts.get((kind, name), 0) + 1
    return counts


def _bodies(tx: Tx, found: HeardPage) -> dict[int, str]:
    """What was sent, of the newest few that could not be read."""
    bad = [r.id for r in found.rows if r.outcome is Outcome.UNREADABLE][:BODIES]
    kept = {i: tx.heard.get(i) for i in bad}
    return {
        i: k.heard.body[: 4 * LETTERS].decode("utf-8", "replace")[:LETTERS]
        for i, k in kept.items()
        if k is not None
    }


def _rhythm(tx: Tx, senders: Sequence[Sender]) -> dict[tuple[str, str], list[datetime]]:
    found: dict[tuple[str, str], list[datetime]] = {}
    for kind in {s.kind for s in senders}:
        for row in tx.heard.page(kind, None, RHYTHM).rows:
            found.setdefault((row.kind, row.source), []).append(row.received)
    return found


def _names(river: River, tx: Tx, column: int) -> list[str]:
    """Our names of services (0) or environments (1): those configured, else those in use."""
    config = river.config
    ours = [x.name for x in (config.services, config.environments)[column]]
    used = (tx.changes.services, tx.changes.environments)[column]
    return ours or [name for name in used() if name]
