"""Ask each installed peer of the cases on a shelf: `python -m bench.judgement.peers SHELF OUT`."""

import argparse
import json
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench.judgement.peers import PEERS, sketch
from bench.judgement.peers.seen import Floats, Learn
from bench.judgement.peers.shelf import Row, Shelf

LOOKS = (3, 5, 8, 12, 20, 30, 45, 60)
PORTION = 64


def main() -> None:
    """Write one archive a method, and `methods.json`: which ran, in what version, and which package is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shelf", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--reference", type=Path, default=None)
    parser.add_argument("--timed", type=int, default=0, help="only time so many cases, one by one")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    methods = []
    for name, (load, slow, version, stands) in _methods(asked.reference).items():
        known = {"name": name, "slow": slow, "version": version, "stands": stands}
        if version is not None:
            begun = time.perf_counter()
            if asked.timed:
                known |= _timed(load, asked.shelf, asked.timed)
            else:
                known |= _answered(
                    load, asked.shelf, asked.out / f"{name}.npz", asked.jobs, slow=slow
                )
            print(f"{name}: {time.perf_counter() - begun:.0f} s", flush=True)
        methods.append(known)
    (asked.out / "methods.json").write_text(json.dumps(methods))


Load = Callable[[], Learn]


def _methods(reference: Path | None) -> dict[str, tuple[Load, bool, str | None, str]]:
    """Each method by its name: what loads it, whether it is slow, its version, how it is set."""
    found: dict[str, tuple[Load, bool, str | None, str]] = {}
    if reference is not None:
        load = partial(sketch.learner, reference)
        found[sketch.NAME] = (load, False, reference.name, "as its file has it")
    return found | {p.name: (p.load, p.slow, p.version(), p.stands) for p in PEERS}


def _answered(load: Load, shelf: Path, out: Path, jobs: int, *, slow: bool) -> dict[str, float]:
    rows = Shelf(shelf).rows
    asked = [i for i, row in enumerate(rows) if row.sampled or not slow]
    portions = [asked[i : i + PORTION] for i in range(0, len(asked), PORTION)]
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


def _timed(load: Load, shelf: Path, number: int) -> dict[str, float]:
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


if __name__ == "__main__":
    main()
