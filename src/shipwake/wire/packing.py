"""Compressed bodies unpacked within a bound: a small body that unfolds to more than is allowed is refused."""

import zlib
from collections.abc import Callable

import cramjam

from shipwake.domain import BadInputError

CHUNK = 64 * 1024
MOST_MEMBERS = 64
"""Files one after the other in one gzip; each further one costs a copy of the rest."""
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
ZSTD_WINDOW = 8 * 1024 * 1024
"""The largest window that a sender may ask a receiver to hold (RFC 9659)."""


class TooLargeError(BadInputError):
    """A body unfolds to more than is taken: send it in parts, or raise max_body in shipwake.yaml."""


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """The bytes under a Content-Encoding (gzip, deflate, zstd, snappy, identity; several in their order).

    Raises TooLargeError beyond `limit` bytes, and BadInputError for a broken or unknown compression.
    """
    names = [name.strip().lower() for name in encoding.split(",") if name.strip()]
    if len(names) > 3:  # noqa: PLR2004 - nobody means it
        raise BadInputError(
            f"{len(names)} encodings over each other; allowed at most 3", where="Content-Encoding"
        )
    for name in reversed(names):
        unpacker = UNPACKERS.get(name)
        if unpacker is None:
            raise BadInputError(
                f"read {name!r}; allowed {', '.join(UNPACKERS)}", where="Content-Encoding"
            )
        try:
            body = unpacker(body, limit)
        except (zlib.error, cramjam.DecompressionError, IndexError, ValueError) as error:
            raise BadInputError(
                f"the body is no {name} ({error}); send it whole, or unpacked", where="body"
            ) from error
    if len(body) > limit:
        raise _too_large(limit)
    return body


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        f"it unfolds to more than {limit} bytes; send it in parts, or raise max_body in shipwake.yaml",
        where="body",
    )


class Unfolding:
    """A gzip or deflate body that comes in parts, each unpacked into `room` bytes at most in all.

    However small a part is, no more is ever held than there is room for.
    """

    def __init__(self, encoding: str, room: int) -> None:
        self._room = room
        self._bare = encoding == "deflate"
        self._bits = zlib.MAX_WBITS if self._bare else zlib.MAX_WBITS | 16
        self._stream = zlib.decompressobj(self._bits)
        self._begun = False

    def part(self, data: bytes) -> bytes:
        """What this part unfolds to; raises TooLargeError beyond the room, and BadInputError where it cannot be."""
        try:
            found = self._inflated(data)
        except zlib.error as error:
            raise BadInputError(f"the body cannot be unpacked ({error})", where="body") from error
        if len(found) > self._room:
            raise _too_large(self._room)
        self._room -= len(found)
        self._begun = True
        return found

    def _inflated(self, data: bytes) -> bytes:
        try:
            found = self._stream.decompress(data, self._room + 1)
        except zlib.error:
            if self._begun or not self._bare:
                raise
            # Without the header that RFC 9110 asks for, as some send it.
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            found = self._stream.decompress(data, self._room + 1)
        while self._stream.eof and self._stream.unused_data and len(found) <= self._room:
            rest = self._stream.unused_data
            self._stream = zlib.decompressobj(self._bits)
            found += self._stream.decompress(rest, self._room + 1 - len(found))
        return found


def _identity(body: bytes, _limit: int) -> bytes:
    return body


def _gzip(body: bytes, limit: int) -> bytes:
    whole = b""
    for _ in range(MOST_MEMBERS):
        if not body:
            return whole
        unpacked, body = _inflate(body, zlib.MAX_WBITS | 16, limit - len(whole), limit)
        whole += unpacked
    raise ValueError(f"it has more than {MOST_MEMBERS} members")


def _deflate(body: bytes, limit: int) -> bytes:
    """With a zlib header as RFC 9110 has it, or bare as some send it."""
    try:
        return _inflate(body, zlib.MAX_WBITS, limit, limit)[0]
    except zlib.error:
        return _inflate(body, -zlib.MAX_WBITS, limit, limit)[0]


def _inflate(body: bytes, bits: int, room: int, limit: int) -> tuple[bytes, bytes]:
    """What one stream holds, and the bytes after it."""
    stream = zlib.decompressobj(bits)
    unpacked = stream.decompress(body, room + 1)
    if len(unpacked) > room:
        raise _too_large(limit)
    if not stream.eof:
        raise ValueError("it ends too soon")
    return unpacked, stream.unused_data


def _zstd(body: bytes, limit: int) -> bytes:
    if zstd_window(body) > ZSTD_WINDOW:
        raise ValueError(f"its window is above {ZSTD_WINDOW} bytes")
    return _into_room(cramjam.zstd.decompress_into, body, limit)


def zstd_window(body: bytes) -> int:
    """Bytes of memory that the first frame asks for (RFC 8878, section 3.1.1.1); ValueError where there is none."""
    if body[:4] != ZSTD_MAGIC or len(body) < 6:  # noqa: PLR2004 - magic, descriptor and one byte more
        raise ValueError("no frame begins it")
    descriptor = body[4]
    single_segment = descriptor >> 5 & 1
    if not single_segment:
        base = 1 << (10 + (body[5] >> 3))
        return base + base // 8 * (body[5] & 7)
    width = (1, 2, 4, 8)[descriptor >> 6]
    start = 5 + (0, 1, 2, 4)[descriptor & 3]
    return int.from_bytes(body[start : start + width], "little") + (256 if width == 2 else 0)  # noqa: PLR2004


def _snappy(body: bytes, limit: int) -> bytes:
    """Raw blocks, as Prometheus sends them: the size stands in front."""
    size = cramjam.snappy.decompress_raw_len(body)
    if size > limit:
        raise _too_large(limit)
    return bytes(cramjam.snappy.decompress_raw(body))


def _into_room(
    decompress_into: Callable[[bytes, bytearray], int], body: bytes, limit: int
) -> bytes:
    """Unpack into as little room as suffices: it grows until the content fits or the limit is reached."""
    size = min(limit + 1, max(CHUNK, 8 * len(body)))
    while True:
        room = bytearray(size)
        try:
            written = decompress_into(body, room)
        except cramjam.DecompressionError as error:
            if "whole buffer" not in str(error):
                raise
            if size > limit:
                raise _too_large(limit) from None
            size = min(limit + 1, size * 4)
            continue
        return bytes(room[:written])


UNPACKERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "zstd": _zstd,
    "snappy": _snappy,
    "identity": _identity,
}
