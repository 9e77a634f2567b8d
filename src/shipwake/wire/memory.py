"""What a process keeps of the memory that it has freed: as much as the next learning will need again."""

import ctypes

KEPT = 32 << 20
"""Bytes. A learning holds some twenty arrays of half a megabyte at once."""
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Of mallopt(3) in glibc."""


def keep_freed() -> None:
    """Keep up to 32 MB that were freed; pages handed back and cleared anew cost a third of learning.

    Only glibc hands them back so eagerly; elsewhere there is nothing to do.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(TRIM_THRESHOLD, KEPT)
        mallopt(MMAP_THRESHOLD, KEPT)
