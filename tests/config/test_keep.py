"""How long things are kept: what may be said, and what would take from a watch what it still needs."""

from datetime import timedelta

import pytest

from shipwake.config import Keep
from tests.config.yaml import config, mistakes

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        ("", Keep(bodies=30 * DAY, samples=90 * DAY)),
        ("keep:", Keep(bodies=30 * DAY, samples=90 * DAY)),
        ("keep: {bodies: 7d}", Keep(bodies=7 * DAY, samples=90 * DAY)),
        ("keep: {bodies: forever, samples: forever}", Keep(bodies=None, samples=None)),
        ("keep: {samples: 35d, verdicts: forever}", Keep(bodies=30 * DAY, samples=35 * DAY)),
        ("keep: {samples: 28d60m}\nwatch: {later: []}", Keep(samples=28 * DAY + DAY / 24)),
    ],
)
def test_how_long_is_a_duration_or_for_ever(text: str, keep: Keep) -> None:
    """Each length is a duration or `forever`, and takes its default where it is absent."""
    assert config(text).keep == keep


@pytest.mark.parametrize(
    ("text", "where", "allowed"),
    [
        ("keep: 30d", "keep", "a table"),
        ("keep: {bodies: 1h}", "keep.bodies", "from 1d to 36500d, such as"),
        ("keep: {bodies: never}", "keep.bodies", "or forever"),
        ("keep: {body: 30d}", "keep.body", "did you mean 'bodies'?"),
        ("keep: {verdicts: 1w}", "keep.verdicts", "forever"),
        ("keep: {samples: 34d}", "keep.samples", "at least 35d"),
        ("keep: {samples: 34d}", "keep.samples", "learned from 28d, and the last look comes 7d"),
        ("keep: {samples: 35d}\nwatch: {later: [14d]}", "keep.samples", "at least 42d"),
        ("keep: {samples: 28d}\nwatch: {later: []}", "keep.samples", "at least 673h"),
        ("keep: {samples: 35d}\nslis: [{name: a, step: 6h}]", "keep.samples", "at least 43d"),
    ],
)
def test_what_a_watch_needs_is_not_let_go(text: str, where: str, allowed: str) -> None:
    """A length that is none, or too short for the looks of this file, is refused with its reason."""
    (mistake,) = mistakes(text)

    assert mistake.where.endswith(f" {where}")
    assert allowed in mistake.allowed


def test_mistakes_beside_it_are_told_once() -> None:
    """Where the looks cannot be read either, both mistakes are told and nothing else."""
    found = mistakes("keep: {samples: 1d}\nwatch: {later: [soon]}")

    assert [m.where.rpartition(" ")[2] for m in found] == ["keep.samples", "watch.later[0]"]
