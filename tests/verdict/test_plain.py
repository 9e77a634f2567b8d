"""Names that others chose cannot break, reorder, outgrow or ring a sentence."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.verdict.plain import ISOLATE, POP, capital, clean


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("two\nlines\r\nand\ta tab", "two lines and a tab"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("🚀 ship it ❤️ now", "ship it now"),
        ("hey @channel and @Here, @ada", "hey channel and Here, @ada"),
        ("Fix the cart.", "Fix the cart"),
        ("\x00\x1b[31mred", "[31mred"),
        ("e" + "\u0301" * 30, "é" + "\u0301" * 2),
        ("", ""),
    ],
)
def test_clean(text: str, words: str) -> None:
    """A name is one line without control, reordering, emoji or broadcast."""
    assert clean(text) == words


def test_a_name_in_arabic_keeps_to_itself() -> None:
    """A right-to-left name is isolated, so that the numbers after it keep their order."""
    assert clean("سلة المشتريات") == f"{ISOLATE}سلة المشتريات{POP}"


@given(text=st.text(), limit=st.integers(8, 80))
def test_clean_is_short_and_printable(text: str, limit: int) -> None:
    """Whatever is given, the name is one printable line within the limit."""
    found = clean(text, limit)

    assert len(found) <= limit
    assert all(unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in found)


def test_ten_thousand_characters_are_clipped() -> None:
    """A name of 10 kB is cut, and shows that it was."""
    found = clean("checkout " * 1200)

    assert len(found) <= 60
    assert found.endswith("…")


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("checkout errors rose", "Checkout errors rose"),
        ("p95 rose", "p95 rose"),
        ("iOS crashes rose", "iOS crashes rose"),
        ("9 of 9 normal", "9 of 9 normal"),
        ("", ""),
    ],
)
def test_capital(sentence: str, words: str) -> None:
    """A sentence begins with a capital, unless its first word is spelt in its own way."""
    assert capital(sentence) == words
