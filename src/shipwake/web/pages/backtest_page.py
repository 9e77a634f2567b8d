"""The page of the newest backtest at `/backtest`, and its JSON."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from shipwake.flow import River
from shipwake.store import UnreadableError
from shipwake.web.access import Scope, needs
from shipwake.web.pages import backtesting
from shipwake.web.pages.backtest_view import BacktestView
from shipwake.web.pages.render import data, page
from shipwake.web.pages.shell import shell
from shipwake.web.river import Here

router = APIRouter()
READ = [needs(Scope.READ)]


@router.get("/backtest", dependencies=READ)
def shown(request: Request, river: Here) -> Response:
    """The page."""
    return page("backtest.html", shell(request, river, "Backtest", room="SLIs"), _view(river))


@router.get("/backtest.json", dependencies=READ)
def shown_json(river: Here) -> Response:
    """The same as JSON."""
    return data(_view(river))


def _view(river: River) -> BacktestView:
    with river.store.read() as tx:
        try:
            found = tx.backtests.newest()
        except UnreadableError:
            return backtesting.unreadable()
    if found is None:
        return backtesting.none_yet()
    return backtesting.shown(found, river.clock.now(), river.config.caution)
