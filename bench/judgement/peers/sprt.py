"""The sequential test of canary tools, valid at every look if samples were independent, which they seldom are.

Robbins (1970), as used by Johari, Pekelis and Walsh (2015): a likelihood ratio mixed over the effect with a normal.
"""

import numpy as np

from bench.judgement.peers.seen import SILENT, Answer, Floats, Learn, Look, Seen, there

BEFORE = 60
FEWEST = 5
ALPHA = 0.01


def learner() -> Learn:
    """A few lines of numpy."""
    return _learn


def _learn(seen: Seen) -> Look:
    before = there(seen.before[-BEFORE:])
    known = len(before) >= FEWEST
    mean = float(before.mean()) if known else 0.0
    variance = float(before.var()) + 1e-12 if known else 1.0

    def look(after: Floats) -> Answer:
        came = there(after)
        if not known or not len(came):
            return SILENT
        n = np.arange(1, len(came) + 1)
        drift = np.cumsum(came - mean)
        # The mean before is itself an estimate, from len(before) samples.
        v = variance * (1 + n / len(before))
        mixing = variance
        evidence = 0.5 * np.log(v / (v + n * mixing)) + mixing * drift**2 / (
            2 * v * (v + n * mixing)
        )
        best = float(np.max(np.where(drift > 0, evidence, 0.0)))
        return best, best > np.log(1 / ALPHA)

    return look
