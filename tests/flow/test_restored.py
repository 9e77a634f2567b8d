"""Going back to a backup tells nobody twice where the channel can be searched."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from shipwake.app import compose
from shipwake.flow import Channel
from shipwake.store import Queued, Store
from shipwake.wire.clock import ManualClock
from tests.flow.town import Town, town


def _again(before: Town, place: Path, backup: Path) -> Town:
    """The same town on a database that was restored, at the time of its backup."""
    clock = ManualClock(before.clock.now())
    config = replace(before.river.config, database=f"sqlite:///{place}/again.db")
    with closing(Store.open(config.database, clock=clock)) as store:
        store.restore(backup)
    river = compose(config, clock=clock)
    return Town(
        river=replace(river, channels=(Channel(name="box", teller=before.box),)),
        clock=clock,
        box=before.box,
    )


def test_what_was_first_told_after_the_backup_is_not_told_again(tmp_path: Path) -> None:
    """A change that was heard before the backup and told after it is found at its channel, and edited there."""
    with town(tmp_path) as here:
        change = here.announces("checkout")
        here.river.store.back_up(tmp_path / "backup.db")
        back = _again(here, tmp_path, tmp_path / "backup.db")
        here.minutes(25)
        told = here.box.posted
        back.minutes(25)
        (queued,) = _queued(back, change)
        later = back.announces("mail")
        back.minutes(25)
        (new,) = _queued(back, later)
        back.river.store.close()

    assert told == 1
    assert here.box.posted == 2, "the second is of the change that came after going back"
    assert queued.ref is not None
    assert new.ref is not None


def _queued(here: Town, change: str) -> list[Queued]:
    with here.river.store.read() as tx:
        return list(tx.outbox.of(change))
