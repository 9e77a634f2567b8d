"""The pages of indicators at `/slis` and `/slis/{name}`, and their JSON."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches

from fastapi import APIRouter, Request
from starlette.responses import Response

from shipwake.domain import Assessment, NotFoundError, Samples, Sli
from shipwake.flow import River, caution_at, judged_lately
from shipwake.sources import SourceError
from shipwake.store import Tx
from shipwake.web.access import Scope, needs
from shipwake.web.pages import indicators
from shipwake.web.pages.held import held, past
from shipwake.web.pages.indicators import Material, Move
from shipwake.web.pages.price import Caution
from shipwake.web.pages.render import data, page
from shipwake.web.pages.shell import shell
from shipwake.web.pages.sli_view import SlisView, SliView
from shipwake.web.river import Here

router = APIRouter()
READ = [needs(Scope.READ)]
LONGEST = timedelta(hours=24)
MOST_STEPS = 3000
MOVES = 12
LATEST = 3
MOST_LISTED = 500


@router.get("/slis", dependencies=READ)
def listed(request: Request, river: Here) -> Response:
    """All indicators as a page."""
    return page("slis.html", shell(request, river, "SLIs", room="SLIs"), _all(request, river))


@router.get("/slis.json", dependencies=READ)
def listed_json(request: Request, river: Here) -> Response:
    """All indicators as JSON."""
    return data(_all(request, river))


@router.get("/slis/{name:path}.json", dependencies=READ)
def shown_json(river: Here, name: str) -> Response:
    """One indicator as JSON."""
    return data(_one(river, name))


@router.get("/slis/{name:path}", dependencies=READ)
def shown(request: Request, river: Here, name: str) -> Response:
    """One indicator as a page."""
    return page("sli.html", shell(request, river, name, room="SLIs"), _one(river, name))


def _all(request: Request, river: River) -> SlisView:
    environment = request.query_params.get("environment", "")
    slis = [s for s in river.config.slis if s.environment in {"", environment or s.environment}]
    now = river.clock.now()
    with river.store.read() as tx:
        return indicators.all_of_them([_brief(river, tx, s, now) for s in slis[:MOST_LISTED]])


def _one(river: River, name: str) -> SliView:
    sli = river.sli(name)
    if sli is None:
        near = get_close_matches(name[:200], [s.name for s in river.config.slis], n=3, cutoff=0.3)
        hint = f"Did you mean {', '.join(near)}?" if near else "All are at /slis."
        raise NotFoundError(f"There is no indicator {name!r} here. {hint}")
    now = river.clock.now()
    samples, trouble = _samples(river, sli, now)
    with river.store.read() as tx:
        moves = tx.verdicts.of_sli(sli.name, MOVES)
        newest = _newest(tx, sli, now)
        material = Material(
            sli=sli,
            step=river.step(sli),
            samples=samples,
            trouble=trouble,
            moves=_with_changes(tx, [_whole(tx, a) for a in moves]),
            newest=newest,
            now=now,
            past=past(river, tx, sli),
            looks=_looks(tx, newest),
        )
        caution = _caution(river, tx, now)
    return indicators.one_of_them(material, river.config.watch, caution)


def _looks(tx: Tx, newest: Assessment | None) -> list[Assessment]:
    """Every look at the indicator under the change of its newest one."""
    found = tx.verdicts.history(newest.change) if newest else []
    return [a for a in found if newest and a.sli == newest.sli]


def _caution(river: River, tx: Tx, now: datetime) -> Caution:
    rate = river.config.false_alarms
    changes = judged_lately(river, tx, now) if rate else 0
    return Caution(share=caution_at(river, tx, now), rate=rate, changes=changes)


def _brief(river: River, tx: Tx, sli: Sli, now: datetime) -> Material:
    """Only what the store holds: a page of all indicators asks no source."""
    here = held(river, tx, sli, now, _span(river, sli))
    moves = [_whole(tx, a) for a in tx.verdicts.of_sli(sli.name, 1)]
    return Material(
        sli=sli,
        step=river.step(sli),
        samples=here.samples,
        trouble="",
        moves=_with_changes(tx, moves),
        newest=None if sli.source == "push" else _newest(tx, sli, now, 1),
        now=now,
        until=here.until,
        asked=sli.source == "push",
    )


def _span(river: River, sli: Sli) -> timedelta:
    return min(LONGEST, MOST_STEPS * river.step(sli))


def _samples(river: River, sli: Sli, now: datetime) -> tuple[Samples | None, str]:
    source = river.sources.get(sli.source)
    if source is None:
        return None, f"the source {sli.source!r} is not configured"
    try:
        return source.samples(sli, now - _span(river, sli), now), ""
    except SourceError as error:
        return None, error.message


def _whole(tx: Tx, moved: Assessment) -> Assessment:
    """The newest look under the same change, which may say that it has come back."""
    return tx.verdicts.assessment(moved.change, moved.sli) or moved


def _with_changes(tx: Tx, found: Sequence[Assessment]) -> list[Move]:
    changes = tx.changes.many(a.change for a in found)
    return [
        Move(assessment=a, change=changes[a.change].change) for a in found if a.change in changes
    ]


def _newest(tx: Tx, sli: Sli, now: datetime, limit: int = LATEST) -> Assessment | None:
    """The last look at it under any of the latest changes of its service."""
    latest = tx.changes.latest(sli.service, sli.environment, now, limit=limit)
    looks = (tx.verdicts.assessment(s.change.id, sli.name) for s in latest)
    return next((a for a in looks if a is not None), None)
