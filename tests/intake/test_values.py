"""Single values out of bodies that may hold anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.intake.fields import at, first_line, linked, person, sha, text, web_address

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


def test_what_is_absent_is_empty() -> None:
    """A path that leads nowhere gives nothing, whatever lies on its way."""
    body = {"a": {"b": [1], "n": None}}

    assert at(body, "a", "b", "c") is None
    assert (
        text(body, "a", "x")
        == text(body, "a", "n")
        == text(body, "a", "b")
        == text(None, "a")
        == ""
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [(7, "7"), ("  a\n b\x00 ", "a  b"), (True, ""), (1.5, ""), ("x" * 600, "x" * 500)],
)
def test_text_is_one_line_without_control_characters(value: object, shown: str) -> None:
    """Numbers become words; controls, which no database holds, become blanks; the rest is cut."""
    assert text({"v": value}, "v") == shown


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("0F3C5A7", "0f3c5a7"),
        ("0f3c5a7e9b1d2f4a6c8e0b2d4f6a8c0e1f3a5b7d", "0f3c5a7e9b1d2f4a6c8e0b2d4f6a8c0e1f3a5b7d"),
        ("0" * 40, ""),
        ("main", ""),
        ("feed", ""),
        ("sha256:0f3c5a7e9b1d", ""),
        (None, ""),
    ],
)
def test_only_a_hash_is_a_hash(written: object, found: str) -> None:
    """Branches, digests and the hash of nothing are no commits; short hashes are kept."""
    assert sha({"v": written}, "v") == found


@pytest.mark.parametrize(
    "address",
    [
        "",
        "javascript:alert(1)",
        "//x",
        "ftp://x/y",
        "http://",
        "https://a\nb",
        "http://[::1",
        7,
        "https://x/" + "y" * 3000,
    ],
)
def test_only_pages_are_linked(address: object) -> None:
    """An address that a browser must not follow from a page is left out."""
    assert web_address({"v": address}, "v") == ""


def test_a_link_needs_an_address_or_a_number() -> None:
    """Without both there is no link."""
    assert linked("page", "Log", "") == ()
    assert [link.title for link in linked("page", "", "https://x.example")] == ["https://x.example"]


@pytest.mark.parametrize(
    ("stated", "bot"),
    [
        ({"login": "renovate[bot]"}, True),
        ({"login": "octo", "type": "Bot"}, True),
        ({"name": "deployer[bot]"}, True),
        ({"login": "alice", "type": "User"}, False),
    ],
)
def test_bots_are_known(stated: dict[str, str], bot: bool) -> None:
    """A bot is known by its type or its name, so that it is not told."""
    found = person(stated)

    assert found is not None
    assert found.bot is bot


@given(ANYTHING, st.lists(st.text(max_size=3), max_size=3))
def test_reading_never_fails(value: object, path: list[str]) -> None:
    """Whatever a body holds, reading gives text that a database and a page can hold."""
    for read in (text, first_line, sha, web_address):
        found = read(value, *path)
        assert "\x00" not in found
        found.encode()
    person(value)
