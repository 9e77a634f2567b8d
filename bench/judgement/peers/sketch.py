"""A judge in one file of the reader's own, given by its path: `fit(v, c, step, past)`, `judge(model, post, sign)`.

It is imported where it lies and never copied; without a path there is none.
"""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np

from bench.judgement.peers.seen import SILENT, Answer, Floats, Learn, Look, Seen

NAME = "sketch"


def learner(path: Path) -> Learn:
    """The judge at `path`; its alarm is its own `OPT["alpha"]`. Raises ImportError where there is no such file."""
    module = _loaded(path)
    horizons, alpha = np.asarray(module.H), float(module.OPT["alpha"])

    def learn(seen: Seen) -> Look:
        if not np.isfinite(seen.before).any():
            return lambda _: SILENT
        model = module.fit(seen.before, len(seen.before), seen.step_s, seen.past)

        def look(after: Floats) -> Answer:
            reached = int(np.searchsorted(horizons, len(after), side="right"))
            p = float(np.min(module.judge(model, after, 1)[:reached], initial=1.0))
            return -float(np.log10(max(p, 1e-300))), p < alpha

        return look

    return learn


def _loaded(path: Path) -> ModuleType:
    found = importlib.util.spec_from_file_location("bench_sketch", path)
    if found is None or found.loader is None or not path.is_file():
        message = f"no judge at {path}: `--reference` names a Python file with `fit` and `judge`"
        raise ImportError(message)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
