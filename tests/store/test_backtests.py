"""What a backtest found comes back as it was, and only the newest few stay."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from shipwake.store import Store, UnreadableError
from shipwake.store.backtests import KEPT
from tests.pages.backtested import AT, backtested


def test_before_the_first_there_is_none(store: Store) -> None:
    """An empty table has no newest backtest."""
    with store.read() as tx:
        assert tx.backtests.newest() is None
        assert tx.backtests.all() == []


def test_what_comes_back_is_what_was_kept(store: Store) -> None:
    """Every number, time and word of a backtest is as it was."""
    found = backtested()
    with store.write() as tx:
        tx.backtests.add(found)
    with store.read() as tx:
        assert tx.backtests.newest() == found


def test_only_the_newest_stay(store: Store) -> None:
    """Of a dozen the last ten are kept, newest first by when they were kept."""
    found = [replace(backtested(), at=AT - timedelta(hours=i)) for i in range(KEPT + 2)]
    for one in found:
        with store.write() as tx:
            tx.backtests.add(one)
    with store.read() as tx:
        assert tx.backtests.all() == found[:1:-1]
        assert tx.backtests.newest() == found[-1]


def test_one_of_another_version_says_what_to_run(store: Store, url: str) -> None:
    """A body that this version cannot read is an error that names the way out, and a new backtest mends it."""
    with store.write() as tx:
        tx.backtests.add(backtested())
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE backtests SET body = '{}'"))
    engine.dispose()
    with pytest.raises(UnreadableError, match="shipwake backtest"), store.read() as tx:
        tx.backtests.newest()
    with store.write() as tx:
        tx.backtests.add(backtested())
    with store.read() as tx:
        assert tx.backtests.newest() == backtested()
