"""A change point by PELT (Killick and others 2012) just at the change, upward; noise counts as independent.

ruptures has PELT twice; with a linear kernel the compiled one has the cost of least squares, and is the quicker.
"""

import numpy as np

from bench.judgement.peers.seen import SILENT, Answer, Floats, Learn, Look, Seen, there

BEFORE = 240
FEWEST = 20
NEAR = 3
LEVEL = 60


def learner() -> Learn:
    """Needs ruptures; raises ImportError where it is missing."""
    from ruptures import KernelCPD

    def learn(seen: Seen) -> Look:
        before = there(seen.before[-BEFORE:])

        def look(after: Floats) -> Answer:
            both = np.concatenate([before, there(after)])
            at = len(before)
            if len(both) < FEWEST or at == len(both) or at == 0:
                return SILENT
            noise = 1.4826 * float(np.median(np.abs(np.diff(both)))) / np.sqrt(2) + 1e-12
            fitted = KernelCPD(kernel="linear", min_size=2).fit(both / noise)
            breaks = fitted.predict(pen=3 * np.log(len(both)))[:-1]
            moved = float(both[at:].mean() - both[max(0, at - LEVEL) : at].mean()) / noise
            found = moved > 0 and any(abs(k - at) <= NEAR for k in breaks)
            return (moved, True) if found else SILENT

        return look

    return learn
