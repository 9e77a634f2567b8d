"""No parser raises anything but what it promises: on its seeds, on what once broke it, and on seeds that are bent."""

import gzip
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.parsers import PARSERS, clean, seeds

A_FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ODD = (b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"1e999", b"9" * 400, b"NaN")
NESTED = (b"[" * 100_000, b'{"a":' * 50_000, b"(" * 50_000, b"{a" * 20_000, b"- " * 5_000)


@pytest.fixture(scope="module", autouse=True)
def scratch() -> Iterator[None]:
    """The files that the parsers read are taken away at the end."""
    yield
    clean()


@st.composite
def bent(draw: st.DrawFn, name: str) -> bytes:
    """A seed with pieces cut, doubled, turned or put in."""
    data = bytearray(draw(st.sampled_from([*seeds(name), b""])))
    for _ in range(draw(st.integers(0, 4))):
        at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 12))
        piece = bytes(data[at : at + length])
        new = draw(st.sampled_from([b"", piece * 3, piece[::-1], *ODD]) | st.binary(max_size=8))
        data[at : at + length] = new
    return bytes(data)


@pytest.mark.parametrize("name", PARSERS)
def test_there_are_seeds(name: str) -> None:
    """Each parser has seeds, and reads each of them or refuses it as it promises."""
    found = list(seeds(name))

    assert found
    for seed in found:
        PARSERS[name](seed)


@pytest.mark.parametrize("name", PARSERS)
@A_FEW
@given(data=st.data())
def test_bent_seeds(name: str, data: st.DataObject) -> None:
    """A seed bent in any way is read or refused."""
    PARSERS[name](data.draw(bent(name)))


@pytest.mark.parametrize("name", PARSERS)
def test_what_is_nested_without_end(name: str) -> None:
    """Nesting beyond any use is refused, in little memory, and never ends the process."""
    for nested in NESTED:
        tracemalloc.start()
        try:
            PARSERS[name](nested)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert most < 100 * 1024 * 1024


def test_a_packed_line_without_end_is_refused() -> None:
    """A packed CSV file that unfolds a thousandfold to one line of 64 MB is refused in little memory."""
    bomb = gzip.compress(b"sli,at,value\n" + b"a" * (64 << 20), compresslevel=9)
    tracemalloc.start()
    try:
        PARSERS["samples-csv-gz"](bomb)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(bomb) < 1 << 17
    assert most < 16 * 1024 * 1024
