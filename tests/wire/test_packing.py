"""Compressed bodies: what is whole comes out whole, what is broken or unfolds without end is refused."""

import gzip
import zlib
from collections.abc import Callable

import cramjam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.domain import BadInputError
from shipwake.wire import TooLargeError, unpack

LIMIT = 1_000_000


def _bare(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate ": _bare,
    "zstd": lambda body: bytes(cramjam.zstd.compress(body)),
    "snappy": lambda body: bytes(cramjam.snappy.compress_raw(body)),
    "identity": lambda body: body,
    "gzip, zstd": lambda body: bytes(cramjam.zstd.compress(gzip.compress(body))),
    "": lambda body: body,
}


@pytest.mark.parametrize("encoding", PACKERS)
@given(body=st.binary(max_size=2000))
def test_what_was_packed_comes_out(encoding: str, body: bytes) -> None:
    """Unpacking undoes packing, for every encoding."""
    assert unpack(PACKERS[encoding](body), encoding, LIMIT) == body


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_body_at_the_limit_fits(encoding: str) -> None:
    """A body of exactly the limit is taken and one byte more is not."""
    whole = b"0" * LIMIT

    assert len(unpack(PACKERS[encoding](whole), encoding, LIMIT)) == LIMIT
    with pytest.raises(TooLargeError, match="1000000 bytes"):
        unpack(PACKERS[encoding](whole + b"0"), encoding, LIMIT)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "snappy"])
def test_a_bomb_is_refused(encoding: str) -> None:
    """A body that unfolds to a hundred times the limit is refused."""
    bomb = PACKERS[encoding](bytes(100 * LIMIT))

    with pytest.raises(TooLargeError):
        unpack(bomb, encoding, LIMIT)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "snappy"])
@given(noise=st.binary(min_size=1, max_size=100), cut=st.integers(0, 60))
def test_broken_compression_is_bad_input(encoding: str, noise: bytes, cut: int) -> None:
    """Noise and a body cut short give only our own error, or bytes within the limit."""
    for body in (noise, PACKERS[encoding](noise)[:cut], PACKERS[encoding](noise[:5]) + noise):
        try:
            assert len(unpack(body, encoding, 1000)) <= 1000
        except BadInputError as error:
            assert error.message  # noqa: PT017 - either outcome is right


def test_a_zstd_frame_may_not_ask_for_much_memory() -> None:
    """A frame that asks for a window of 128 MB is refused before it gets one."""
    window_of_128_mb = b"\x28\xb5\x2f\xfd" + bytes([0x04, 17 << 3]) + bytes(20)

    with pytest.raises(BadInputError, match="window"):
        unpack(window_of_128_mb, "zstd", LIMIT)


def test_gzip_files_in_a_row_are_read_and_few() -> None:
    """Two members are one body; thousands of empty ones are refused."""
    assert unpack(gzip.compress(b"ab") + gzip.compress(b"cd"), "gzip", LIMIT) == b"abcd"
    with pytest.raises(BadInputError, match="members"):
        unpack(gzip.compress(b"") * 5000, "gzip", LIMIT)


@pytest.mark.parametrize("encoding", ["br", "gzip, br", "gzip, gzip, gzip, gzip"])
def test_an_encoding_that_is_not_read_is_named(encoding: str) -> None:
    """An unknown encoding, or too many over each other, says what is allowed."""
    with pytest.raises(BadInputError, match="allowed"):
        unpack(b"x", encoding, LIMIT)
