"""Keep what a backtest found in the configured store, where the page and the API read it."""

from shipwake.backtest.asked import Compose
from shipwake.config import Config
from shipwake.domain import Backtest


def keep(found: Backtest, config: Config, compose: Compose) -> None:
    """Keep it beside the ten before it."""
    river = compose(config)
    try:
        with river.store.write(patient=True) as tx:
            tx.backtests.add(found)
    finally:
        river.close()
