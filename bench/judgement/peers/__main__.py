"""Ask each installed peer of the cases on a shelf: `python -m bench.judgement.peers SHELF OUT`."""

import argparse
import json
import time
from functools import partial
from pathlib import Path

from bench.judgement.peers import PEERS, sketch
from bench.judgement.peers.ask import Load, answered, timed


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
                known |= timed(load, asked.shelf, asked.timed)
            else:
                known |= answered(
                    load, asked.shelf, asked.out / f"{name}.npz", asked.jobs, slow=slow
                )
            print(f"{name}: took {time.perf_counter() - begun:.0f} s", flush=True)
        methods.append(known)
    (asked.out / "methods.json").write_text(json.dumps(methods))


def _methods(reference: Path | None) -> dict[str, tuple[Load, bool, str | None, str]]:
    """Each method by its name: what loads it, whether it is slow, its version, how it is set."""
    found: dict[str, tuple[Load, bool, str | None, str]] = {}
    if reference is not None:
        load = partial(sketch.learner, reference)
        found[sketch.NAME] = (load, False, reference.name, "as its file has it")
    return found | {p.name: (p.load, p.slow, p.version(), p.stands) for p in PEERS}


if __name__ == "__main__":
    main()
