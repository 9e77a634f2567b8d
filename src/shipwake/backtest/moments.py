"""Which moments of a past are placebos: evenly spread, none in another's window, none where something changed."""

from collections.abc import Iterable, Sequence

import numpy as np

WINDOW = 60
"""Units that the early looks of a watch span."""
TEACHES = 0.25
"""Share of a past, its oldest part, that only teaches: no moment is judged without so much before it."""
BLOCK_S = 2 * 86400.0
BLOCK_SHARE = 0.2
"""Moments that one learning serves lie within two days, and within this share of the past before them."""
Span = tuple[float, float]
"""From (included) to (not), epoch seconds."""


def moments(past: Span, unit_s: float, disturbed: Iterable[Span], wanted: int) -> list[float]:
    """At most `wanted` moments on the grid of `unit_s` through the end of `past`, ascending, epoch seconds.

    The windows of `WINDOW` units after them overlap neither one another nor a span of `disturbed`.
    """
    start, end = past
    length = WINDOW * unit_s
    spans = _joined(disturbed)
    at = _on_grid(start + TEACHES * (end - start), end, unit_s)
    found = []
    while at + length <= end + 1e-6:
        hit = next((s for s in spans if s[0] < at + length and s[1] > at), None)
        if hit is None:
            found.append(at)
            at += length
        else:
            at = _on_grid(hit[1], end, unit_s)
    return _spread(found, wanted)


def apart(found: Sequence[float], unit_s: float, disturbed: Iterable[Span], end: float) -> set[int]:
    """Which of `found`, by place, are placebos for an SLI of a longer unit too, whose windows are longer."""
    length = WINDOW * unit_s
    spans = _joined(disturbed)
    kept: set[int] = set()
    free = -np.inf
    for i, at in enumerate(found):
        inside = any(s[0] < at + length and s[1] > at for s in spans)
        if at >= free - 1e-6 and at + length <= end + 1e-6 and not inside:
            kept.add(i)
            free = at + length
    return kept


def blocks(found: Sequence[float], start: float, turns: Iterable[float]) -> list[range]:
    """The places of `found` in stretches that one learning serves, of a past that begins at `start`.

    No stretch goes over a time of `turns`, at which what is known of a harm changes.
    """
    turned = np.searchsorted(np.sort(np.array([*turns], dtype=np.float64)), found, side="right")
    stretches: list[range] = []
    for i, at in enumerate(found):
        if stretches:
            first = stretches[-1].start
            near = at - found[first] < min(BLOCK_S, BLOCK_SHARE * (found[first] - start))
            if near and turned[i] == turned[first]:
                stretches[-1] = range(first, i + 1)
                continue
        stretches.append(range(i, i + 1))
    return stretches


def _on_grid(at: float, end: float, unit_s: float) -> float:
    """The first slot at or after `at` of the grid that has a slot at `end`."""
    return float(end - np.floor((end - at) / unit_s + 1e-9) * unit_s)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same spans without overlaps, ascending."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _spread(found: list[float], wanted: int) -> list[float]:
    """As many as wanted, evenly chosen."""
    if len(found) <= wanted:
        return found
    chosen = np.linspace(0, len(found) - 1, wanted).round().astype(int)
    return [found[i] for i in chosen]
