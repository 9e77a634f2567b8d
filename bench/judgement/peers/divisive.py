"""Apache Otava's hierarchical change points, with its defaults, just at the change and upward."""

import numpy as np

from bench.judgement.peers.seen import SILENT, Answer, Floats, Learn, Look, Seen, there

BEFORE = 240
NEAR = 3
WINDOW, LEAST_P, LEAST_SIZE = 50, 0.001, 0.0


def learner() -> Learn:
    """Needs apache-otava; raises ImportError where it is missing."""
    from otava.analysis import compute_change_points

    def learn(seen: Seen) -> Look:
        before = there(seen.before[-BEFORE:])

        def look(after: Floats) -> Answer:
            came = there(after)
            if not len(came):
                return SILENT
            both = [float(v) for v in np.concatenate([before, came])]
            points, _ = compute_change_points(
                both, window_len=WINDOW, max_pvalue=LEAST_P, min_magnitude=LEAST_SIZE
            )
            scores = [
                -float(np.log10(max(p.stats.pvalue, 1e-300)))
                for p in points or ()
                if abs(p.index - len(before)) <= NEAR and p.stats.mean_2 > p.stats.mean_1
            ]
            return (max(scores), True) if scores else SILENT

        return look

    return learn
