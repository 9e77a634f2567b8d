"""What the newest backtest found; it is run where shipwake runs, never by a request."""

from fastapi import APIRouter
from starlette.responses import Response

from shipwake.backtest import snippet
from shipwake.domain import NotFoundError
from shipwake.web import backtest_shapes, shapes
from shipwake.web.access import Scope, needs
from shipwake.web.answer import answer
from shipwake.web.api.contract import tells
from shipwake.web.api.query import ONLY_KNOWN
from shipwake.web.river import Here

router = APIRouter(tags=["backtest"], dependencies=[ONLY_KNOWN])


@router.get(
    "/api/v1/backtest",
    dependencies=[needs(Scope.READ)],
    summary="The newest backtest",
    responses=tells(backtest_shapes.BacktestAnswer, 200, 404),
)
def newest(river: Here) -> Response:
    """What the judge would have said of your past, how often without a cause, and what it proposes to set."""
    with river.store.read() as tx:
        found = tx.backtests.newest()
    if found is None:
        raise NotFoundError("there is no backtest yet; run: shipwake backtest")
    return answer(
        backtest_shapes.BacktestAnswer(
            data=shapes.of(backtest_shapes.Backtest, found), snippet=snippet(found)
        )
    )
