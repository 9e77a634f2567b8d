"""The mean since the change against the mean and three deviations of the last week; it knows no time of day."""

import numpy as np

from bench.judgement.peers.seen import SILENT, Answer, Floats, Learn, Look, Seen, there


def learner() -> Learn:
    """The plain rule that every dashboard offers."""
    return _learn


def _learn(seen: Seen) -> Look:
    week = there(seen.days(7))
    mean, deviation = float(week.mean()), float(week.std()) + 1e-12

    def look(after: Floats) -> Answer:
        came = there(after)
        if not len(came):
            return SILENT
        score = float((np.mean(came) - mean) / deviation)
        return score, score > 3

    return look
