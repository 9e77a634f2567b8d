"""Our own form, as the API and a replay use it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.config import MistakesError
from shipwake.domain import BadInputError, Event, Says
from shipwake.intake import plain_event

NOW = datetime(2026, 2, 3, 10, 0, 10, tzinfo=UTC)


def _event(**stated: Any) -> Event:  # noqa: ANN401 - whatever is stated
    return plain_event(stated, received=NOW)


def _wrong(**stated: Any) -> dict[str, str]:  # noqa: ANN401
    with pytest.raises(MistakesError) as caught:
        _event(**stated)
    return {m.where: m.allowed for m in caught.value.mistakes}


def test_every_mistake_is_told_with_its_path() -> None:
    """Mistakes at any depth come together, each with its path."""
    found = _wrong(
        servce="checkout",
        at="2026-02-03T10:00:00",
        exposure=[{"at": "2026-02-03T09:00:00Z", "share": 1.5}],
        authors=[{"email": 7}, {}],
        links=[{"url": "javascript:alert(1)"}],
        judge="yes",
    )

    assert set(found) == {
        "servce",
        "at",
        "exposure[0].share",
        "authors[0].email",
        "authors[1]",
        "links[0].url",
        "judge",
    }
    assert "did you mean 'service'?" in found["servce"]


@pytest.mark.parametrize(
    ("stated", "where"),
    [
        ({"at": "1999-12-31T23:59:59Z"}, "at"),
        ({"at": "2026-02-05T00:00:00Z"}, "at"),
        ({"at": 1_770_112_807}, "at"),
        ({"at": "2026-02-03T09:00:00Z", "ended_at": "2026-02-03T08:00:00Z"}, "ended_at"),
        ({"at": "2026-02-03T09:00:00Z", "started_at": "2026-02-03T09:30:00Z"}, "started_at"),
        (
            {
                "at": "2026-02-03T09:00:00Z",
                "exposure": [{"at": "2026-02-03T09:30:00Z", "share": 1}],
            },
            "at",
        ),
        ({"exposure": [{"at": "2026-02-05T09:30:00Z", "share": 1}]}, "exposure"),
        ({"exposure": [{"at": "2026-02-03T09:30:00Z", "share": 1}] * 2}, "exposure"),
        ({"exposure": [{"at": "2026-02-03T09:30:00Z", "share": 1}], "state": "failed"}, "exposure"),
        ({"exposure": [{"share": 1}]}, "exposure[0].at"),
        ({"tags": "hotfix"}, "tags"),
        ({"tags": ["x"] * 1001}, "tags"),
        ({"title": "x" * 1001}, "title"),
        ({"id": "a\x00b"}, "id"),
        ({"links": [{}]}, "links[0]"),
        ({"kind": "deployment"}, "kind"),
        ({"commits": [{"title": "x"}]}, "commits[0].sha"),
    ],
)
def test_what_does_not_fit_is_refused(stated: dict[str, Any], where: str) -> None:
    """Impossible times, wrong types, lists and texts beyond measure name their place."""
    assert where in _wrong(**stated)


def test_what_is_no_table_is_refused() -> None:
    """A change is a JSON object and nothing else."""
    others: list[object] = [[], "x", None, 7]
    for stated in others:
        with pytest.raises(BadInputError, match="a table"):
            plain_event(stated, received=NOW)


def test_authors_may_be_single_words() -> None:
    """A word with an @ is an e-mail address, another a name."""
    alice, bob = _event(authors=["alice@example.com", "Bob"]).facts.authors

    assert (alice.email, bob.name) == ("alice@example.com", "Bob")


def test_a_replayed_change_was_received_when_it_happened() -> None:
    """Without a time of receipt a change needs its own, which then is both."""
    event = plain_event({"at": "2011-05-01T00:00:00Z"}, received=None)

    assert event.at == event.received == datetime(2011, 5, 1, tzinfo=UTC)
    with pytest.raises(BadInputError, match="at: "):
        plain_event({"service": "checkout"}, received=None)


def test_the_same_statement_has_the_same_key() -> None:
    """Keys do not depend on the order of keys, and an amendment is another statement of the same change."""
    one = _event(id="d-1", service="checkout")
    again = plain_event(
        {"service": "checkout", "id": "d-1"}, received=datetime(2026, 2, 4, tzinfo=UTC)
    )
    amended = _event(id="d-1", service="checkout", title="Weigh the basket")

    assert one.key == again.key != amended.key
    assert one.facts.id == amended.facts.id


def test_what_has_neither_id_nor_time_is_new_each_time() -> None:
    """Two deploys stated alike at different times are two."""
    later = plain_event({"service": "checkout"}, received=datetime(2026, 2, 4, tzinfo=UTC))

    assert _event(service="checkout").key != later.key


@pytest.mark.parametrize(
    ("state", "says"), [("planned", Says.STARTED), ("live", Says.LIVE), ("failed", Says.FAILED)]
)
def test_a_state_says_how_far_it_came(state: str, says: Says) -> None:
    """Each state is one word of an event."""
    assert _event(state=state).says is says


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "id",
        "service",
        "at",
        "exposure",
        "authors",
        "links",
        "commits",
        "tags",
        "kind",
        "judge",
        "state",
    ]
)


@given(JSON | st.dictionaries(KEYS, JSON, max_size=4))
def test_only_bad_input_is_raised(stated: object) -> None:
    """Whatever is stated, the outcome is an event or a BadInputError."""
    try:
        assert plain_event(stated, received=NOW).key
    except BadInputError as error:
        assert error.message  # noqa: PT017 - either outcome is right


def test_a_link_may_be_a_bare_address() -> None:
    """Where a link is only an address, that is its words too."""
    event = _event(service="shop", links=["https://example.com/1"])
    assert [(x.kind, x.url) for x in event.facts.links] == [("page", "https://example.com/1")]
