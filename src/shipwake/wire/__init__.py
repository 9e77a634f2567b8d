"""The one HTTP client, signatures, the one clock and the one source of chance."""

from shipwake.wire.packing import TooLargeError, unpack

__all__ = ["TooLargeError", "unpack"]
