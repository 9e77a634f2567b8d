"""The test by which Kayenta compares a canary with its baseline, here after with before; samples count as independent.

Mann and Whitney (1947); the interval of the shift is Hodges and Lehmann's, as R's `wilcox.test` gives it to Kayenta.
"""

import numpy as np

from bench.judgement.peers.seen import SILENT, Answer, Floats, Learn, Look, Seen, there

BEFORE = 60
ALPHA = 0.01
"""One side of Kayenta's confidence of 98 %."""
TOLERANCE = 0.25
"""The interval's near end must lie beyond this share of the shift."""
Z = 2.326348


def learner() -> Learn:
    """Needs scipy; raises ImportError where it is missing."""
    from scipy.stats import mannwhitneyu

    def learn(seen: Seen) -> Look:
        before = there(seen.before[-BEFORE:])

        def look(after: Floats) -> Answer:
            came = there(after)
            if min(len(came), len(before)) < 2 or np.ptp(np.concatenate([came, before])) == 0:
                return SILENT
            p = float(mannwhitneyu(came, before, alternative="greater").pvalue)
            low, middle = _shift(before, came)
            alarm = p < ALPHA and low > TOLERANCE * abs(middle)
            return -float(np.log10(max(p, 1e-300))), bool(alarm)

        return look

    return learn


def _shift(before: Floats, after: Floats) -> tuple[float, float]:
    """Near end of the 98 % interval of the shift, and its middle: of all pairwise differences, by their order."""
    between = np.sort((after[:, None] - before[None, :]).ravel())
    m, n = len(after), len(before)
    far = Z * np.sqrt(m * n * (m + n + 1) / 12)
    rank = int(np.clip(np.floor(m * n / 2 - far), 0, m * n - 1))
    return float(between[rank]), float(np.median(between))
