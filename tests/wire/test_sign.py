"""Signatures, ids and tokens."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shipwake.wire.chance import new_id, spread, token
from shipwake.wire.clock import ManualClock
from shipwake.wire.sign import hmac_sha256_hex, same, signature, signed


def test_the_published_example_comes_out() -> None:
    """GitHub's own test value and RFC 4231's second case are reproduced."""
    github = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    rfc4231 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

    assert hmac_sha256_hex("It's a Secret to Everybody", b"Hello, World!") == github
    assert hmac_sha256_hex(b"Jefe", b"what do ya want for nothing?") == rfc4231


def test_any_of_several_secrets_signs() -> None:
    """While one secret replaces another both are taken, and no third."""
    header = signature(b"body", "new")

    assert signed(b"body", ["old", "new"], header)
    assert signed(b"body", ["new", "old"], f" {header} ")
    assert not signed(b"body", ["old", "older"], header)
    assert not signed(b"body!", ["new"], header)


def test_no_secret_signs_nothing() -> None:
    """Without a secret, or with an empty one, no signature is right."""
    assert not signed(b"body", [], signature(b"body", ""))
    assert not signed(b"body", [""], signature(b"body", ""))


@given(st.text(), st.text())
def test_comparison_is_equality(a: str, b: str) -> None:
    """Comparing in constant time says what == says, for any text that a header may hold."""
    assert same(a, b) == (a == b)


def test_ids_sort_by_time() -> None:
    """Ids made later sort later, also within one millisecond, and none comes twice."""
    clock = ManualClock(datetime(2026, 2, 3, tzinfo=UTC))
    made = []
    for _ in range(50):
        made += [new_id(clock) for _ in range(20)]
        clock.advance(timedelta(milliseconds=1))

    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", one) for one in made)


def test_tokens_are_long_and_known_by_their_beginning() -> None:
    """No two tokens are alike, and each begins so that a scanner of leaked secrets knows it."""
    tokens = {token() for _ in range(100)}

    assert len(tokens) == 100
    assert all(re.fullmatch(r"shipwake_[A-Za-z0-9_-]{43}", one) for one in tokens)


def test_waits_are_spread() -> None:
    """A spread wait is at least half of what was asked and never more."""
    waits = {spread(8.0) for _ in range(100)}

    assert 4.0 <= min(waits) < max(waits) <= 8.0
