"""PyOD's detectors on windows of three samples: what is unlike the last week; they see no trend."""

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.judgement.peers.seen import Answer, Floats, Learn, Look, Seen, there

WINDOW = 3
CONTAMINATION = 0.01


def ecod() -> Learn:
    """ECOD (Li and others 2022); raises ImportError without PyOD."""
    from pyod.models.ecod import ECOD

    return _learner(lambda: ECOD(contamination=CONTAMINATION))


def iforest() -> Learn:
    """Isolation forest (Liu, Ting and Zhou 2008) as PyOD has it; raises ImportError without PyOD."""
    from pyod.models.iforest import IForest

    return _learner(lambda: IForest(contamination=CONTAMINATION, random_state=0))


def _learner(made: Callable[[], Any]) -> Learn:
    def learn(seen: Seen) -> Look:
        week = seen.days(7)
        middle = float(np.median(there(week)))
        whole = np.where(np.isfinite(week), week, middle)
        detector = made()
        detector.fit(_windows(whole))
        last = whole[-WINDOW + 1 :]

        def look(after: Floats) -> Answer:
            came = np.where(np.isfinite(after), after, middle)
            score = detector.decision_function(_windows(np.concatenate([last, came])))
            high = came > middle
            outlying = (score > detector.threshold_) & high
            return float(np.mean(np.where(high, score, 0.0))), bool(np.mean(outlying) > 0.5)

        return look

    return learn


def _windows(values: Floats) -> Floats:
    return np.lib.stride_tricks.sliding_window_view(values, WINDOW)
