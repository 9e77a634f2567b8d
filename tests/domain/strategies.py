"""Events as hypothesis draws them: few revisions, people and moments, so that they meet."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from shipwake.domain import ChangeKind, Commit, Event, Exposure, Facts, Link, Person, Says

START = datetime(2026, 2, 3, 10, tzinfo=UTC)
MOMENTS = st.integers(0, 30).map(lambda minutes: START + timedelta(minutes=minutes))
WORDS = st.sampled_from(["", "a", "b", "c"])
PEOPLE = st.builds(Person, name=st.sampled_from(["Alice", "Bob"]), login=WORDS, bot=st.booleans())
COMMITS = st.builds(
    Commit, sha=st.sampled_from(["1", "2", "3"]), title=WORDS, author=st.none() | PEOPLE
)
LINKS = st.builds(Link, kind=st.just("page"), title=WORDS, url=WORDS)
STEPS = st.builds(Exposure, at=MOMENTS, share=st.sampled_from([0.1, 0.5, 1.0]))


def some(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    """Up to two of them, as a tuple."""
    return st.lists(of, max_size=2).map(tuple)


FACTS = st.builds(
    Facts,
    kind=st.sampled_from(ChangeKind),
    service=WORDS,
    repository=WORDS,
    environment=WORDS,
    title=WORDS,
    revision=WORDS,
    previous_revision=WORDS,
    started_at=st.none() | MOMENTS,
    ended_at=st.none() | MOMENTS,
    exposure=some(STEPS),
    authors=some(PEOPLE),
    commits=some(COMMITS),
    links=some(LINKS),
    tags=some(WORDS),
    affects=some(WORDS),
    judge=st.booleans(),
)
EVENTS = st.builds(
    Event,
    source=st.sampled_from(["github", "plain"]),
    key=st.integers(0, 20).map(str),
    says=st.sampled_from([s for s in Says if s is not Says.PING]),
    at=MOMENTS,
    received=MOMENTS,
    text=WORDS,
    facts=FACTS,
)
EVENT_LISTS = st.lists(EVENTS, max_size=5)
