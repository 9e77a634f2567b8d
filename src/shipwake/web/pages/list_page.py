"""The list of changes at `/` and `/changes`, and its JSON."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from shipwake.domain import Change, Reply, Sli
from shipwake.flow import River
from shipwake.store import Filter, Tx
from shipwake.web.access import Scope, needs
from shipwake.web.pages import filters, listing
from shipwake.web.pages.listing_view import ListView
from shipwake.web.pages.looks import Said
from shipwake.web.pages.pulses import pulses_of
from shipwake.web.pages.render import data, page
from shipwake.web.pages.shell import shell
from shipwake.web.river import Here

router = APIRouter()
READ = [needs(Scope.READ)]
ROWS = 30
LATELY = timedelta(hours=24)
LATELY_AT_MOST = 60


@router.get("/", dependencies=READ)
@router.get("/changes", dependencies=READ)
def listed(request: Request, river: Here) -> Response:
    """The list as a page."""
    view = read(river, request.query_params)
    frame = shell(request, river, "Changes", room="Changes", environments=_environments(river))
    return page("changes.html", frame, view)


@router.get("/changes.json", dependencies=READ)
def listed_json(request: Request, river: Here) -> Response:
    """The list as JSON."""
    return data(read(river, request.query_params))


def read(river: River, query: Mapping[str, str]) -> ListView:
    """The view of the list for an address's parameters."""
    now = river.clock.now()
    asked = filters.read(query, now)
    with river.store.read() as tx:
        return listing.build(_material(river, tx, asked, now))


def _material(river: River, tx: Tx, asked: filters.Asked, now: datetime) -> listing.Material:
    here = Filter(
        service=asked.wanted.service, environment=asked.wanted.environment, since=now - LATELY
    )
    found = tx.changes.page(asked.wanted, asked.cursor or None, ROWS)
    lately = tx.changes.page(here, None, LATELY_AT_MOST)
    slis = [s for s in river.config.slis if _concerns(s, here)]
    changes = [r.change for r in found.rows]
    return listing.Material(
        asked=asked,
        page=found,
        lately=lately,
        any_change=bool(found.rows or lately.rows) or tx.changes.count() > 0,
        words=_words(tx, changes),
        replies=_replies(tx, [r.change for r in found.rows if r.replies]),
        steps=_steps(river, changes),
        pulses=pulses_of(river, tx, slis, now, lately=LATELY) if not asked.cursor else (),
        indicators=len(slis),
        services=tx.changes.services(),
        schedule=river.config.watch,
        head=tx.verdicts.head(),
        now=now,
        url=river.config.url,
    )


def _concerns(sli: Sli, here: Filter) -> bool:
    return sli.environment in {"", here.environment or sli.environment} and sli.service in {
        "",
        here.service or sli.service,
    }


def _words(tx: Tx, changes: Iterable[Change]) -> Mapping[str, Sequence[Said]]:
    return tx.verdicts.words([c.id for c in changes])


def _replies(tx: Tx, changes: Iterable[Change]) -> Mapping[str, Sequence[Reply]]:
    return {c.id: tx.replies.of(c.id) for c in changes}


def _steps(river: River, changes: Iterable[Change]) -> Mapping[str, timedelta]:
    """The finest step among the indicators of each change, by which its looks are planned."""
    found = {}
    for change in changes:
        steps = [river.step(s) for s in river.slis_of(change)]
        if steps:
            found[change.id] = min(steps)
    return found


def _environments(river: River) -> list[str]:
    with river.store.read() as tx:
        return [name for name in tx.changes.environments() if name]
