"""The loop in a thread of its own, while a block runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread

from shipwake.flow import River, run


@contextmanager
def turning(river: River) -> Iterator[None]:
    """The loop, until the block ends; it must end then, within ten seconds."""
    stop = Flag()
    thread = Thread(target=run, args=(river, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        river.wake.set()
        thread.join(10)
        assert not thread.is_alive()
