"""Where samples come from and where words go, at `/sources`; asks no source itself."""

from collections.abc import Iterator

from fastapi import APIRouter, Request
from starlette.responses import Response

from shipwake.flow import Kept, River
from shipwake.web.access import Scope, needs
from shipwake.web.pages import sourcing
from shipwake.web.pages.render import data, page
from shipwake.web.pages.shell import shell
from shipwake.web.pages.sources_view import SourcesView
from shipwake.web.river import Here

router = APIRouter()
READ = [needs(Scope.READ)]
WAITING, NEWEST = 1000, 300
"""How many notices are read: those that wait, and the newest of all."""


@router.get("/sources", dependencies=READ)
def sources(request: Request, river: Here) -> Response:
    """The page."""
    return page("sources.html", shell(request, river, "Sources", room="Sources"), read(river))


@router.get("/sources.json", dependencies=READ)
def sources_json(river: Here) -> Response:
    """The same as JSON."""
    return data(read(river))


def read(river: River) -> SourcesView:
    """The view of the page."""
    pushed = [sli.name for sli in river.config.slis if sli.source == sourcing.PUSH]
    with river.store.read() as tx:
        newest = [at for name in pushed if (at := tx.samples.last(name))]
        return sourcing.build(
            sourcing.Material(
                sources=tuple(_sources(river, pushes=bool(pushed))),
                channels=tuple(sourcing.Known(name=a.name, kind=a.kind) for a in river.config.tell),
                slis=river.config.slis,
                circuits=tx.circuits.all(),
                pushed=max(newest, default=None),
                waiting=tx.outbox.first_waiting(WAITING),
                newest=tx.outbox.newest(NEWEST),
                most=WAITING,
                now=river.clock.now(),
            )
        )


def _sources(river: River, *, pushes: bool) -> Iterator[sourcing.Known]:
    for adapter in river.config.sources:
        remote = isinstance(river.sources.get(adapter.name), Kept)
        yield sourcing.Known(name=adapter.name, kind=adapter.kind, remote=remote)
    if pushes:
        yield sourcing.Known(name=sourcing.PUSH, kind=sourcing.PUSH, remote=False)
