"""Share work out among processes; with one job it is done right here, so that a test can follow it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")


def shared_out(work: Callable[[Item], Found], items: Sequence[Item], jobs: int) -> list[Found]:
    """What `work`, which must be picklable, makes of each item, in their order."""
    if jobs <= 1:
        return [work(item) for item in items]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return list(pool.map(work, items))
