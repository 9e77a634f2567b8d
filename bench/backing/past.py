"""A past to copy or to let go of: one-minute samples that no compression makes small."""

import numpy as np

from shipwake.store import Store
from shipwake.wire.clock import SystemClock

DAYS = 200


def samples(store: Store, series: int, name: str) -> None:
    """So many series called `name` and their number, 200 days each, about 2.6 MB of chunks."""
    now = SystemClock().now().timestamp()
    times = now // 60 * 60 - 60.0 * np.arange(DAYS * 1440, 0.0, -1.0)
    drawn = np.random.default_rng(1).normal(100, 5, (len(times), 1))
    for number in range(series):
        with store.write() as tx:
            tx.samples.push(f"{name}{number}", 60.0, 1, times, drawn)
