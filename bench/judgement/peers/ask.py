"""Ask one method of the cases on a shelf, or time it; what other processes are to do cannot stand in `__main__`."""

import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench.judgement.peers.seen import Floats, Learn
from bench.judgement.peers.shelf import Row, Shelf

LOOKS = (3, 5, 8, 12, 20, 30, 45, 60)
PORTION, SLOW_PORTION = 64, 8
"""Cases that a process is given at once: few of slow methods, lest the last one works alone."""
Load = Callable[[], Learn]


def answered(load: Load, shelf: Path, out: Path, jobs: int, *, slow: bool) -> dict[str, float]:
    """Write what the method says of all cases, or of the sampled ones if it is slow; returns of how many."""
    rows = Shelf(shelf).rows
    asked = [i for i, row in enumerate(rows) if row.sampled or not slow]
    size = SLOW_PORTION if slow else PORTION
    portions = [asked[i : i + size] for i in range(0, len(asked), size)]
    ask = partial(_ask, load, shelf)
    if jobs > 1:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            said = list(pool.map(ask, portions))
    else:
        said = [ask(portion) for portion in portions]
    score = np.concatenate([s for s, _ in said]) if said else np.empty((0, len(LOOKS)))
    alarm = np.concatenate([a for _, a in said]) if said else np.empty((0, len(LOOKS)))
    np.savez(out, asked=np.array(asked), score=score, alarm=alarm > 0)
    return {"cases": len(asked)}


def _ask(load: Load, shelf: Path, portion: Sequence[int]) -> tuple[Floats, Floats]:
    """Scores and alarms [portion, looks]."""
    warnings.simplefilter("ignore")
    learn, here = load(), Shelf(shelf)
    said = [_looks(learn, here, here.rows[i]) for i in portion]
    both = np.array(said, dtype=np.float64).reshape(len(portion), len(LOOKS), 2)
    return both[:, :, 0], both[:, :, 1]


def _looks(learn: Learn, shelf: Shelf, row: Row) -> list[tuple[float, bool]]:
    look, after = learn(shelf.seen(row)), shelf.after(row)
    return [look(after[:m]) for m in LOOKS]


def timed(load: Load, shelf: Path, number: int) -> dict[str, float]:
    """Median seconds to learn a case, and to look at it after sixty samples."""
    warnings.simplefilter("ignore")
    learn, here = load(), Shelf(shelf)
    learned_s, looked_s = [], []
    rows = here.rows[: number + 1]
    for row in rows:
        seen, after = here.seen(row), here.after(row)
        begun = time.perf_counter()
        look = learn(seen)
        learned = time.perf_counter()
        look(after)
        learned_s.append(learned - begun)
        looked_s.append(time.perf_counter() - learned)
    # The first case pays for what is imported and compiled at first use.
    return {"learn_s": float(np.median(learned_s[1:])), "look_s": float(np.median(looked_s[1:]))}
